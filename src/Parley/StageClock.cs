using System.Diagnostics;

namespace Parley;

/// <summary>Adds up the time that each stage takes in one transcription. Safe for concurrent use: a stage runs on one thread at a time.</summary>
internal sealed class StageClock
{
    private readonly long[] _ticks = new long[Enum.GetValues<PipelineStage>().Length];

    /// <summary>Seconds spent in a stage so far.</summary>
    public double Seconds(PipelineStage stage) => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _ticks[(int)stage])).TotalSeconds;

    /// <summary>Counts the time until the result is disposed for a stage.</summary>
    public Lap Run(PipelineStage stage) => new(this, stage);

    internal readonly struct Lap(StageClock clock, PipelineStage stage) : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public void Dispose() => Interlocked.Add(ref clock._ticks[(int)stage], Stopwatch.GetTimestamp() - _start);
    }
}
