using System.Collections.Concurrent;
using System.CommandLine;
using System.Runtime.InteropServices;
using Parley.Asr;
using Parley.Features;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Inference.Optimized;
using Parley.Models;
using Parley.Vad;

namespace Parley.Benchmarks.Comparison;

/// <summary><c>recognize</c>: samples to words. Features, normalisation, network, decoding and times are inside the timer.</summary>
internal sealed class RecognizeCommand : Command
{
    private const int SamplesPerMillisecond = 16;

    private readonly Option<FileInfo> _segments = new("--segments") { Required = true, Description = "list.txt of the command segments." };
    private readonly Option<bool> _sideBySide = new("--side-by-side")
    {
        Description = "As the pipeline does it: as many segments at once as there are threads, each in a run of one thread. Without it one after the other, all threads in one run.",
    };

    private readonly BundleOptions _bundle;

    public RecognizeCommand()
        : base("recognize", "Recognise segments, once for each line of standard input.")
    {
        Add(_segments);
        Add(_sideBySide);
        _bundle = new BundleOptions(this);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ModelBundle bundle = _bundle.Load(parsed);
        float[][] segments = Read(parsed.GetRequiredValue(_segments).FullName);
        InferenceOptions inference = _bundle.Inference(parsed);
        ParallelOptions lanes = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = 1 };
        if (parsed.GetValue(_sideBySide))
            (lanes.MaxDegreeOfParallelism, inference) = (inference.Threads ?? 1, inference with { Threads = 1 });
        ModelSession session = ModelSession.Load(bundle.Asr.ModelPath, inference);
        using ParaformerRecognizer recognizer = new(
            session, Cmvn.Load(bundle.Asr.CmvnPath, 560), new Vocabulary(bundle.Asr.Tokens, bundle.Asr.TokensPath), new ParaformerOptions());
        FbankExtractor fbank = new(FbankOptions.Asr);
        // The longest first, and each lane takes the next one when it is free.
        OrderablePartitioner<int> order = Partitioner.Create(Enumerable.Range(0, segments.Length).OrderByDescending(i => segments[i].Length), EnumerablePartitionerOptions.NoBuffering);
        await MeasuredChild.ServeAsync(
            new
            {
                runtime = DeviceManager.RuntimeVersion,
                dotnet = Environment.Version.ToString(),
                model = session.IsOptimized ? OptimizedModels.FileFor(session.ModelPath) : session.ModelPath,
                rewritten = session.IsOptimized ? OptimizedModels.Find(session.ModelPath)?.Rewritten : null,
            },
            () =>
            {
                string[][] found = new string[segments.Length][];
                Parallel.ForEach(order, lanes, i => found[i] = Recognize(recognizer, fbank, segments[i], cancellationToken));
                return Task.FromResult<object>(found);
            }).ConfigureAwait(false);
        return 0;
    }

    private static string[] Recognize(ParaformerRecognizer recognizer, FbankExtractor fbank, float[] samples, CancellationToken cancellationToken)
    {
        SpeechSegment segment = new(0, new VadSegment(0, samples.Length / SamplesPerMillisecond), samples, fbank.Compute(samples));
        return [.. recognizer.Recognize([segment], RecognitionWish.None, cancellationToken)[0].Words.Select(word => word.Text)];
    }

    private static float[][] Read(string list)
        => [.. File.ReadAllLines(list).Select(name => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(list)!, name))).ToArray())];
}
