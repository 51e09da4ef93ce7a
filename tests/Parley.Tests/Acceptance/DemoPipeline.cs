using Parley.Audio;
using Parley.Models;
using Parley.Transcripts;

namespace Parley.Tests.Acceptance;

/// <summary>The shipped models, loaded once for all tests that transcribe with them.</summary>
public sealed class DemoPipeline : IDisposable
{
    private readonly Lazy<TranscriptionPipeline> _pipeline = new(() => TranscriptionPipeline.Load(ModelBundle.Load(TestPaths.DemoBundle)));

    public TranscriptionPipeline Pipeline => _pipeline.Value;

    public async Task<Transcript> TranscribeAsync(string path, TranscriptionRequest? request = null)
    {
        using AudioSource audio = AudioFile.Open(path, new AudioOptions(), TestContext.Current.CancellationToken);
        return await _pipeline.Value.TranscribeAsync(audio, request, progress: null, TestContext.Current.CancellationToken);
    }

    public async Task<Transcript> TranscribeAsync(float[] samples, TranscriptionRequest? request = null)
    {
        using MemorySource audio = new(samples);
        return await _pipeline.Value.TranscribeAsync(audio, request, progress: null, TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        if (_pipeline.IsValueCreated)
            _pipeline.Value.Dispose();
    }
}

/// <summary>Samples in memory as a recording; hands them out in odd pieces, as decoders do.</summary>
internal sealed class MemorySource(float[] samples) : AudioSource
{
    private int _position;

    public override TimeSpan? Duration => AudioClock.ToTime(samples.Length);

    public override int Read(Span<float> destination, CancellationToken cancellationToken)
    {
        int count = Math.Min(Math.Min(destination.Length, 12_345), samples.Length - _position);
        samples.AsSpan(_position, count).CopyTo(destination);
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
    }
}
