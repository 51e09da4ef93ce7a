using Parley.Models.Downloads;
using Spectre.Console;

namespace Parley.Cli.Terminals;

/// <summary>Shows how far a download has come: a bar for people, a line now and then for files and pipes.</summary>
/// <param name="terminal">Where it is shown.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class DownloadDisplay(Terminal terminal, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Runs a download and shows its progress.</summary>
    public Task<T> TrackAsync<T>(string name, Func<IProgress<DownloadProgress>, Task<T>> work)
        => terminal.Interactive is { } console ? WithBarAsync(console, name, work) : work(Lines(name));

    private Task<T> WithBarAsync<T>(IAnsiConsole console, string name, Func<IProgress<DownloadProgress>, Task<T>> work) => console.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
        .StartAsync(context =>
        {
            ProgressTask bar = context.AddTask(Markup.Escape(name));
            bar.IsIndeterminate = true;
            return work(new Reports(progress =>
            {
                if (progress.Note is { } note)
                    terminal.WriteError(ErrorText.OneLine(note));
                if (progress.TotalBytes <= 0)
                    return;
                bar.IsIndeterminate = false;
                bar.MaxValue = progress.TotalBytes;
                bar.Value = progress.Bytes;
            }));
        });

    private Reports Lines(string name)
    {
        Lock gate = new();
        long last = clock.GetTimestamp();
        return new Reports(progress =>
        {
            lock (gate)
            {
                if (progress.Note is { } note)
                    terminal.WriteError(ErrorText.OneLine(note));
                else if (clock.GetElapsedTime(last) >= Interval)
                {
                    last = clock.GetTimestamp();
                    terminal.WriteError($"{name}: {Size.Of(progress.Bytes)} of {Size.Of(progress.TotalBytes)}");
                }
            }
        });
    }

    /// <summary>Hands reports on at once, in their order.</summary>
    private sealed class Reports(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => report(value);
    }
}
