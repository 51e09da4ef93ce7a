using BenchmarkDotNet.Attributes;
using Parley.Transcripts;

namespace Parley.Benchmarks.Kernels;

/// <summary>The transcript of an hour to its formats.</summary>
[MemoryDiagnoser]
public class WriterBenchmarks
{
    private readonly Transcript _transcript = MadeUp.Conversation(seconds: 3600);
    private readonly TranscriptDocument _document = new() { FileName = "interview.wav", CreatedAt = DateTimeOffset.UnixEpoch, IncludeWords = true };

    /// <summary>Subtitles.</summary>
    [Benchmark]
    public void Srt() => TranscriptWriter.Write(_transcript, TranscriptFormat.Srt, _document, TextWriter.Null);

    /// <summary>JSON with words.</summary>
    [Benchmark]
    public void Json() => TranscriptWriter.Write(_transcript, TranscriptFormat.Json, _document, Stream.Null);
}
