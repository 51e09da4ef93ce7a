using System.Text;
using Spectre.Console;

namespace Parley.Cli.Terminals;

/// <summary>Where the program reads and writes: transcripts to standard output, everything for people to standard error. Safe for concurrent calls.</summary>
internal sealed class Terminal : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _lock = new();
    private readonly FailureWatch _output;

    public Terminal(Stream output, TextWriter error, Func<Stream> openInput, IAnsiConsole? interactive = null)
    {
        _output = new FailureWatch(output);
        Output = new StreamWriter(_output, Utf8) { NewLine = "\n" };
        Error = error;
        OpenInput = openInput;
        Interactive = interactive;
    }

    /// <summary>Standard output: UTF-8 without byte order mark on every system.</summary>
    public TextWriter Output { get; }

    /// <summary>Standard output for what is no text. Whoever writes to both flushes between them.</summary>
    public Stream OutputBytes => _output;

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Opens standard input.</summary>
    public Func<Stream> OpenInput { get; }

    /// <summary>Standard error when a person looks at it; null when it goes to a file or a pipe.</summary>
    public IAnsiConsole? Interactive { get; }

    /// <summary>Whether standard output refused to take more (its reader has gone, the disk is full).</summary>
    public bool OutputFailed => _output.HasFailed;

    public static Terminal OfProcess()
    {
        bool isInteractive = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        IAnsiConsole? interactive = isInteractive
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            : null;
        return new Terminal(Console.OpenStandardOutput(), Console.Error, Console.OpenStandardInput, interactive);
    }

    /// <summary>Writes a line for people, above a progress bar that may be on display.</summary>
    public void WriteError(string line)
    {
        lock (_lock)
        {
            if (Interactive is null)
                Error.WriteLine(line);
            else
                Interactive.Write(new Text(line + Environment.NewLine));
        }
    }

    public void Dispose()
    {
        if (!OutputFailed)
            Output.Dispose();
    }

    /// <summary>Remembers that a write failed, so that its error is told from those of other files.</summary>
    private sealed class FailureWatch(Stream inner) : Stream
    {
        public bool HasFailed { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Watch(() => inner.Write(buffer, offset, count));

        public override void Flush() => Watch(inner.Flush);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private void Watch(Action write)
        {
            try
            {
                write();
            }
            catch (IOException)
            {
                HasFailed = true;
                throw;
            }
        }
    }
}
