using BenchmarkDotNet.Attributes;
using Parley.Transcripts;
using Parley.Transcripts.Edits;

namespace Parley.Benchmarks.Kernels;

/// <summary>Corrections of the transcript of an hour.</summary>
[MemoryDiagnoser]
public class EditBenchmarks
{
    private const int Texts = 100;

    private readonly Transcript _transcript = MadeUp.Conversation(seconds: 3600);
    private EditOperation[] _operations = [];

    /// <summary>A name, and a hundred sentences of which each loses a word and gets another one.</summary>
    [GlobalSetup]
    public void Prepare()
        => _operations =
        [
            new RenameSpeaker("s1", "Ada"),
            .. Enumerable.Range(0, Texts).Select(i => new EditText($"{i * 10}", "好" + _transcript.Sentences[i * 10].Text[1..])),
        ];

    /// <summary>Takes the machine's transcript and applies all of them.</summary>
    [Benchmark]
    public object Apply() => EditedTranscript.Of(_transcript).Apply(_operations);
}
