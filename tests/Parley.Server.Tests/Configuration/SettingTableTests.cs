using Parley.Server.Configuration;

namespace Parley.Server.Tests.Configuration;

public sealed class SettingTableTests
{
    [Fact]
    public void Names_and_variables_are_used_once()
    {
        SettingTable.All.Select(key => key.Name).ShouldBeUnique();
        SettingTable.All.Select(key => key.Variable).Where(name => name.Length > 0).ShouldBeUnique();
        SettingTable.All.ShouldAllBe(key => key.Expected.Length > 0);
    }

    /// <summary>What a value is shown as can be written into the file again, and means the same.</summary>
    [Fact]
    public void Shown_values_can_be_read_again()
    {
        ServerOptions options = new ServerOptions() with { Funasr = new ModelOptions { ModelDir = Path.GetFullPath("models") }, Logging = new LoggingOptions { Format = "{time} {message}" } };
        foreach (SettingKey key in SettingTable.All.Where(key => key.Ignored is null && key.Show(options) != "null"))
        {
            ServerOptions? again = key.Apply(options, key.Show(options), new SettingContext(Environment.CurrentDirectory, static _ => { }));
            again.ShouldNotBeNull(key.Name);
            key.Show(again).ShouldBe(key.Show(options));
        }
    }

    [Theory]
    [InlineData("server.prt", "server.port")]
    [InlineData("FUNASR_NPCU", "FUNASR_NCPU")]
    [InlineData("elephant", null)]
    public void Nearest_name_is_found_where_it_is_near(string name, string? expected)
        => Nearest.To(name, ["server.port", "server.host", "FUNASR_NCPU", ""]).ShouldBe(expected);
}
