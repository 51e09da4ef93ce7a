using Parley.Server.Configuration;

namespace Parley.Server.Tests;

public sealed class ContractTests
{
    [Fact]
    public void Defaults_are_those_of_the_specification()
    {
        ServerOptions options = new();

        options.Server.Port.ShouldBe(8767);
        options.Transcription.ConcurrencyMode.ShouldBe(ConcurrencyMode.Pool);
        options.Auth.Enabled.ShouldBeFalse();
    }

    [Fact]
    public void Sample_and_program_are_where_tests_look_for_them()
    {
        File.Exists(TestPaths.Sample("interview.wav")).ShouldBeTrue();
        File.Exists(TestPaths.Program).ShouldBeTrue();
    }
}
