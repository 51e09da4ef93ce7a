namespace Parley.Cli.Terminals;

/// <summary>Shows how far a recording has come while it is worked on.</summary>
internal interface IProgressDisplay
{
    /// <summary>Runs work on a recording and shows its progress.</summary>
    /// <param name="name">What people call the recording.</param>
    /// <param name="work">Is given what to report to; may report from several threads.</param>
    Task<T> TrackAsync<T>(string name, Func<IProgress<TranscriptionProgress>, Task<T>> work);
}

/// <summary>Hands reports to a function on the thread that makes them.</summary>
internal sealed class DirectProgress(Action<TranscriptionProgress> report) : IProgress<TranscriptionProgress>
{
    public void Report(TranscriptionProgress value) => report(value);
}

/// <summary>Shows nothing.</summary>
internal sealed class SilentProgress : IProgressDisplay
{
    public Task<T> TrackAsync<T>(string name, Func<IProgress<TranscriptionProgress>, Task<T>> work) => work(new DirectProgress(static _ => { }));
}
