using BenchmarkDotNet.Attributes;
using Parley.Asr;
using Parley.Punctuation;

namespace Parley.Benchmarks.Kernels;

/// <summary>Words and marks of an hour to sentences.</summary>
[MemoryDiagnoser]
public class SentenceBenchmarks
{
    private const int WordsInHour = 4 * 3600, WordsInSentence = 12;

    private readonly Word[] _words = MadeUp.Words(WordsInHour);
    private readonly PunctuationMark[] _marks =
        [.. Enumerable.Range(1, WordsInHour).Select(i => i % WordsInSentence == 0 ? PunctuationMark.Period : PunctuationMark.None)];

    /// <summary>Closes a sentence at every mark.</summary>
    [Benchmark]
    public object Build() => SentenceBuilder.Build(_words, _marks);
}
