using System.Diagnostics;
using Spectre.Console;

namespace Parley.Cli.Terminals;

/// <summary>Progress as a bar with the time left: for people at a terminal. The bar goes away when the work is done.</summary>
internal sealed class BarProgress(IAnsiConsole console) : IProgressDisplay
{
    public Task<T> TrackAsync<T>(string name, Func<IProgress<TranscriptionProgress>, Task<T>> work)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ProgressEstimate estimate = new(() => watch.Elapsed);
        return console.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new SpinnerColumn())
            .StartAsync(context =>
            {
                ProgressTask bar = context.AddTask(Markup.Escape(name));
                bar.MaxValue = 1;
                bar.IsIndeterminate = true;
                return work(new DirectProgress(progress =>
                {
                    estimate.Report(progress);
                    bar.Description = Markup.Escape($"{name}  {estimate}");
                    if (estimate.Share is { } share)
                    {
                        bar.IsIndeterminate = false;
                        bar.Value = share;
                    }
                }));
            });
    }
}
