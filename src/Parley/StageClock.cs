using System.Diagnostics;

namespace Parley;

/// <summary>Adds up the time during which each stage was at work in one transcription; runs of a stage side by side count once. Safe for concurrent use.</summary>
internal sealed class StageClock
{
    private readonly Lock _lock = new();
    private readonly Stage[] _stages = new Stage[Enum.GetValues<PipelineStage>().Length];

    /// <summary>Seconds in which a stage was at work so far; a lap that is still open does not count yet.</summary>
    public double Seconds(PipelineStage stage)
    {
        lock (_lock)
            return Stopwatch.GetElapsedTime(0, _stages[(int)stage].Ticks).TotalSeconds;
    }

    /// <summary>Counts the time until the result is disposed for a stage.</summary>
    public Lap Run(PipelineStage stage)
    {
        lock (_lock)
        {
            ref Stage at = ref _stages[(int)stage];
            if (at.OpenLaps++ == 0)
                at.Since = Stopwatch.GetTimestamp();
        }

        return new Lap(this, stage);
    }

    private void End(PipelineStage stage)
    {
        lock (_lock)
        {
            ref Stage at = ref _stages[(int)stage];
            if (--at.OpenLaps == 0)
                at.Ticks += Stopwatch.GetTimestamp() - at.Since;
        }
    }

    internal readonly struct Lap(StageClock clock, PipelineStage stage) : IDisposable
    {
        public void Dispose() => clock.End(stage);
    }

    private struct Stage
    {
        public int OpenLaps;
        public long Since, Ticks;
    }
}
