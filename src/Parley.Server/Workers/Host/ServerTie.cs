using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Parley.Server.Workers.Host;

/// <summary>
/// Ties a worker's life to its server's. Where the system offers it (Linux), the kernel kills the worker with its server, even one that is
/// stopped or hangs. Everywhere, the end of standard input says that the server is gone or wants the worker gone; a worker that cannot stop
/// by itself then is killed by its own hand.
/// </summary>
internal sealed class ServerTie
{
    private const int SetParentDeathSignal = 1;
    private const int SigKill = 9;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Begins to watch.</summary>
    /// <param name="serverProcessId">Must still be the parent.</param>
    /// <param name="input">Standard input, behind its first line.</param>
    /// <param name="stop">Cancelled when the server is gone.</param>
    public static void Begin(int serverProcessId, TextReader input, CancellationTokenSource stop)
    {
        if (OperatingSystem.IsLinux())
        {
            if (SetOption(SetParentDeathSignal, SigKill, 0, 0, 0) != 0)
                throw new InvalidOperationException($"prctl failed with error {Marshal.GetLastPInvokeError()}: the worker cannot be tied to its server.");
            if (GetParent() != serverProcessId)
                End(); // it went before the tie was made, and will not be told of any more
        }

        Thread watch = new(() => Watch(input, stop)) { IsBackground = true, Name = "server tie" };
        watch.Start();
    }

    private static void Watch(TextReader input, CancellationTokenSource stop)
    {
        try
        {
            while (input.Read() >= 0)
            {
                // Nothing more is said; only the end matters.
            }
        }
        catch (IOException)
        {
            // A broken pipe is an end, too.
        }

        // On another thread: what is cancelled may take as long as it likes, the grace runs all the same.
        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), stop, preferLocal: false);
        Thread.Sleep(Grace);
        End();
    }

    // Exit handlers and native libraries may hang; this cannot.
    private static void End()
    {
        using Process self = Process.GetCurrentProcess();
        self.Kill();
    }

#pragma warning disable SYSLIB1054 // The runtime's own marshalling serves without unsafe code.
    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetOption(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    [DllImport("libc", EntryPoint = "getppid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetParent();
#pragma warning restore SYSLIB1054
}
