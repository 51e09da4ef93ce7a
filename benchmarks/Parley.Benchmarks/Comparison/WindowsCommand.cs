using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using Parley.Audio;
using Parley.Features;
using Parley.Inference;
using Parley.Models;
using Parley.Speakers;

namespace Parley.Benchmarks.Comparison;

/// <summary>
/// <c>windows</c>: how close voices stay when windows that overlap share work. Two ways that are not taken: one mean for all windows of a stretch, so that they
/// share the network's front; and the mean of both neighbours in place of a window, where those are plainly one voice.
/// </summary>
internal sealed class WindowsCommand : Command
{
    private static readonly int[] Stretches = [5, 15, 60];

    private readonly Option<string> _models = new("--models") { Required = true, HelpName = "DIR", Description = "A bundle with a trained speaker model." };
    private readonly Option<FileInfo> _audio = new("--audio") { Required = true, Description = "A recording of a minute or more." };
    private readonly SpeakerFeatures _features = new(FbankOptions.CamPlus);
    private readonly FbankExtractor _fbank = new(FbankOptions.CamPlus);

    public WindowsCommand()
        : base("windows", "Compare embeddings of windows that share work with the true ones.")
    {
        Add(_models);
        Add(_audio);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        ModelBundle bundle = ModelBundle.Load(parsed.GetRequiredValue(_models));
        float[] samples = Read(parsed.GetRequiredValue(_audio).FullName);
        using ModelSession session = ModelSession.Load(bundle.Speakers!.ModelPath, new InferenceOptions { Threads = 1 });
        CampPlusModel model = new(session, _features.Frames, _features.Bins);
        float[][] own = [.. SpeakerWindow.Cut(0, samples.Length).Select(window => Embed(model, Features(samples, window)))];
        Console.WriteLine("| In place of | Windows | Least cosine | Median |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (int seconds in Stretches.Where(seconds => seconds * AudioClock.SampleRateHz <= samples.Length))
            Print($"each window's own mean that of {seconds} s", OneMean(model, samples, seconds));
        Print("a window the mean of its neighbours", Neighbours(own, bundle.KnownVoiceSimilarity ?? DiarizationOptions.UsualKnownVoiceSimilarity));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{own.Length} windows in all."));
        return 0;
    }

    private List<float> OneMean(CampPlusModel model, float[] samples, int seconds)
    {
        List<float> cosines = [];
        int length = seconds * AudioClock.SampleRateHz;
        for (int from = 0; from + length <= samples.Length; from += length)
        {
            float[] stretch = samples[from..(from + length)], mean = Mean(stretch);
            foreach (SpeakerWindow window in SpeakerWindow.Cut(0, length))
            {
                float[] shared = new float[_features.Frames * _features.Bins];
                _fbank.Compute(stretch.AsSpan(window.Offset, window.Length), shared);
                for (int frame = 0; frame < _features.Frames; frame++)
                    TensorPrimitives.Subtract(shared.AsSpan(frame * _features.Bins, _features.Bins), mean, shared.AsSpan(frame * _features.Bins, _features.Bins));
                cosines.Add(TensorPrimitives.CosineSimilarity<float>(Embed(model, shared), Embed(model, Features(stretch, window))));
            }
        }

        return cosines;
    }

    // Every second window, whose samples are all in the two that overlap it.
    private static List<float> Neighbours(float[][] own, double similarity)
    {
        List<float> cosines = [];
        for (int i = 1; i + 1 < own.Length; i += 2)
        {
            if (TensorPrimitives.CosineSimilarity<float>(own[i - 1], own[i + 1]) < similarity)
                continue;
            float[] mean = new float[own[i].Length];
            float before = TensorPrimitives.Norm<float>(own[i - 1]), behind = TensorPrimitives.Norm<float>(own[i + 1]);
            for (int k = 0; k < mean.Length; k++)
                mean[k] = (own[i - 1][k] / before) + (own[i + 1][k] / behind);
            cosines.Add(TensorPrimitives.CosineSimilarity<float>(own[i], mean));
        }

        return cosines;
    }

    private float[] Mean(float[] stretch)
    {
        float[] frames = _fbank.Compute(stretch), mean = new float[_features.Bins];
        int count = frames.Length / mean.Length;
        for (int frame = 0; frame < count; frame++)
            TensorPrimitives.Add(mean, frames.AsSpan(frame * mean.Length, mean.Length), mean);
        TensorPrimitives.Divide(mean, count, mean);
        return mean;
    }

    private float[] Features(float[] samples, SpeakerWindow window)
    {
        float[] features = new float[_features.Frames * _features.Bins];
        _features.Compute(samples, window, new float[SpeakerWindow.FullLength], features);
        return features;
    }

    private static float[] Embed(CampPlusModel model, float[] features)
    {
        float[] voice = new float[model.Dim];
        model.Embed(features, voice, CancellationToken.None);
        return voice;
    }

    private static void Print(string what, List<float> cosines)
    {
        cosines.Sort();
        if (cosines.Count > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {cosines.Count} | {cosines[0]:F3} | {cosines[cosines.Count / 2]:F3} |"));
    }

    private static float[] Read(string path)
    {
        using AudioSource audio = AudioFile.Open(path, new AudioOptions(), CancellationToken.None);
        List<float> samples = [];
        float[] block = new float[AudioClock.SampleRateHz];
        for (int read = audio.Read(block, CancellationToken.None); read > 0; read = audio.Read(block, CancellationToken.None))
            samples.AddRange(block.AsSpan(0, read));
        return [.. samples];
    }
}
