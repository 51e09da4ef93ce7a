using Parley.Features;
using Parley.Inference;
using Parley.Vad;

namespace Parley.Tests.Vad;

/// <summary>The tiny model of tests/data/tiny-models: a frame's score follows the mean of its bins over the last four frames.</summary>
internal static class TinyVad
{
    /// <summary>Leaves rows as they are.</summary>
    public static Cmvn Identity { get; } = new(new float[400], [.. Enumerable.Repeat(1f, 400)]);

    public static ModelSession Session(string model = "vad")
        => ModelSession.Load(Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models", model + ".onnx"), new InferenceOptions { Threads = 1 });

    public static FsmnVadDetector Load(VadOptions options) => new(Session(), Identity, options);

    /// <summary>Frames of which all bins have one value, shape [T, 80].</summary>
    public static float[] Fbank(ReadOnlySpan<float> values)
    {
        float[] fbank = new float[values.Length * 80];
        for (int frame = 0; frame < values.Length; frame++)
            fbank.AsSpan(frame * 80, 80).Fill(values[frame]);
        return fbank;
    }

    /// <summary>What the model gives for them.</summary>
    public static float[] Silence(ReadOnlySpan<float> values)
    {
        float[] silence = new float[values.Length];
        for (int frame = 0; frame < values.Length; frame++)
        {
            double sum = 0;
            for (int back = 0; back < 4 && back <= frame; back++)
                sum += values[frame - back];
            silence[frame] = (float)(1 / (1 + Math.Exp(sum / 4)));
        }

        return silence;
    }

    /// <summary>Pushes frames in pieces of the given sizes, over and over.</summary>
    public static VadSegment[] Run(IVoiceActivityStream stream, ReadOnlySpan<float> values, IReadOnlyList<int> pieces, Action<VadSegment[]>? afterPush = null)
    {
        float[] fbank = Fbank(values), levels = new float[values.Length];
        List<VadSegment> segments = [];
        for (int frame = 0, turn = 0; frame < values.Length; turn++)
        {
            int count = Math.Min(pieces[turn % pieces.Count], values.Length - frame);
            VadSegment[] found = [.. stream.Push(fbank.AsSpan(frame * 80, count * 80), levels.AsSpan(frame, count), CancellationToken.None)];
            segments.AddRange(found);
            afterPush?.Invoke(found);
            frame += count;
        }

        VadSegment[] last = [.. stream.Complete(CancellationToken.None)];
        afterPush?.Invoke(last);
        return [.. segments, .. last];
    }
}
