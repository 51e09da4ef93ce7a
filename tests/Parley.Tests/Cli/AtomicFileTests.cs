using Parley.Cli.Transcribing;

namespace Parley.Tests.Cli;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_makes_directories_and_replaces_the_old_file()
    {
        AtomicFile.Write(_folder["new/dir/a.txt"], writer => writer.WriteLine("一"));
        AtomicFile.Write(_folder["new/dir/a.txt"], writer => writer.WriteLine("二"));
        File.ReadAllBytes(_folder["new/dir/a.txt"]).ShouldBe("二\n"u8.ToArray());
        _folder.Files.ShouldBe([Path.Combine("new", "dir", "a.txt")]);
    }

    [Fact]
    public void Write_leaves_the_old_file_and_nothing_else_when_it_fails()
    {
        _folder.Write("a.txt", "old");
        Should.Throw<InvalidOperationException>(() => AtomicFile.Write(_folder["a.txt"], writer =>
        {
            writer.Write(new string('x', 100_000));
            throw new InvalidOperationException();
        }));
        _folder.Files.ShouldBe(["a.txt"]);
        File.ReadAllText(_folder["a.txt"]).ShouldBe("old");
    }

    [Fact]
    public void Write_goes_through_links()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making links needs rights on Windows.");
        _folder.Write("real.txt", "old");
        File.CreateSymbolicLink(_folder["link.txt"], _folder["real.txt"]);
        AtomicFile.Write(_folder["link.txt"], writer => writer.Write("new"));
        File.ReadAllText(_folder["real.txt"]).ShouldBe("new");
        new FileInfo(_folder["link.txt"]).LinkTarget.ShouldBe(_folder["real.txt"]);
    }

    [Fact]
    public void Write_takes_names_of_the_greatest_length()
    {
        string name = new string('n', 251) + ".txt";
        AtomicFile.Write(_folder[name], writer => writer.Write("text"));
        _folder.Files.ShouldBe([name]);
    }

    [Fact]
    public void Write_leaves_devices_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no /dev.");
        AtomicFile.Write("/dev/null", writer => writer.Write("text"));
        File.ReadAllBytes("/dev/null").ShouldBeEmpty();
        Directory.EnumerateFiles("/dev", ".parley-*").ShouldBeEmpty();
    }
}
