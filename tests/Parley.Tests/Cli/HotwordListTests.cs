using System.Text;
using Parley.Cli;
using Parley.Cli.Transcribing;

namespace Parley.Tests.Cli;

public sealed class HotwordListTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Typed_words_and_lines_of_a_file_make_one_list()
    {
        HotwordList.Read("王小明 Parley", Write(Encoding.UTF8.GetBytes("\uFEFFNew York\r\n\r\n  王小明 \n阿里巴巴"))).ShouldBe(["王小明", "Parley", "New York", "阿里巴巴"]);
        HotwordList.Read(typed: null, path: null).ShouldBeEmpty();
    }

    [Fact]
    public void Files_that_hold_no_hotwords_are_refused_with_what_to_do()
    {
        Should.Throw<UsageException>(() => HotwordList.Read(null, Path.Combine(_folder.Root, "gone.txt"))).Message.ShouldContain("gone.txt");
        Should.Throw<UsageException>(() => HotwordList.Read(null, Write([0xC3, 0x28]))).Message.ShouldContain("UTF-8");
        Should.Throw<UsageException>(() => HotwordList.Read(null, Write(new byte[70_000]))).Message.ShouldContain("65536 bytes");
        Should.Throw<UsageException>(() => HotwordList.Read(null, Write("a\0b"u8.ToArray()))).Message.ShouldContain("control characters");
    }

    private string Write(byte[] bytes)
    {
        string path = Path.Combine(_folder.Root, "words.txt");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
