using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Parley.Audio;
using Parley.Features;
using Parley.Inference;
using Parley.Tests.Golden;
using Parley.Vad;

namespace Parley.Tests.Vad;

/// <summary>The released network on real recordings, from samples to segments.</summary>
[Trait("Group", "golden")]
public sealed class VadGoldenTests
{
    private const double ScoreTolerance = 1e-4; // from own features, as the data's description says
    private const double LogitsTolerance = 2e-5;
    private const int WholeClipFrames = 6000;

    [Fact]
    public void Scores_and_segments_equal_the_reference_for_all_option_sets()
    {
        JsonElement golden = GoldenData.Load("2-vad", "cases.json");
        using ModelSession session = Session();
        VadOptions defaults = VadGolden.Options(new VadOptions { BlockFrames = WholeClipFrames }, golden.GetProperty("default_options"));
        FsmnVadModel model = new(session, defaults.SilenceColumns);
        Cmvn cmvn = Cmvn.Load(CmvnPath(), FsmnVadModel.FeatureSize);
        int compared = 0, undecided = 0;
        foreach (JsonElement clip in golden.GetProperty("cases").EnumerateArray())
        {
            string id = clip.GetProperty("id").GetString()!;
            Recording recording = Rebuild(clip);
            float[] silence = Scores(model, cmvn, recording);
            if (clip.TryGetProperty("sil_scores", out JsonElement file))
                Close.Within(ScoreTolerance, NpyArray.Load(GoldenData.Path("2-vad", file.GetString()!)).Values, silence, 1, id);

            foreach (JsonElement variant in clip.GetProperty("variants").EnumerateArray())
            {
                string what = $"{id}, {variant.GetProperty("name").GetString()}";
                bool dynamic = variant.GetProperty("dynamic_silence").GetBoolean();
                VadOptions options = VadGolden.Options(dynamic ? Dynamic(defaults) : defaults, variant.GetProperty("options"));
                JsonElement expected = GoldenData.Expected(variant);
                VadSegment[] segments = expected.ValueKind == JsonValueKind.Array ? VadGolden.Segments(expected) : [];
                if (variant.TryGetProperty("same_when_scores_move_by", out JsonElement margin) && margin.GetDouble() <= 0)
                {
                    undecided++;
                    continue;
                }

                IEnumerable<int>? blocks = clip.GetProperty("blocks") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(block => block.GetInt32()) : null;
                VadGolden.Run(options, silence, recording.Decibels.AsSpan(0, silence.Length), blocks).ToArray().ShouldBe(segments, what);
                compared++;
            }
        }

        compared.ShouldBeGreaterThan(undecided);
    }

    [Fact]
    public void Stream_gives_the_segments_of_the_reference_however_it_is_fed()
    {
        JsonElement golden = GoldenData.Load("2-vad", "cases.json");
        VadOptions defaults = VadGolden.Options(VadOptions.Classic, golden.GetProperty("default_options"));
        Cmvn cmvn = Cmvn.Load(CmvnPath(), FsmnVadModel.FeatureSize);
        using FsmnVadDetector classic = new(Session(), cmvn, defaults), grid = new(Session(), cmvn, Dynamic(defaults));
        int compared = 0;
        Random random = new(1);
        foreach (JsonElement clip in golden.GetProperty("cases").EnumerateArray())
        {
            Recording recording = Rebuild(clip);
            foreach (JsonElement variant in clip.GetProperty("variants").EnumerateArray())
            {
                if (variant.GetProperty("options").EnumerateObject().Any())
                    continue;
                JsonElement expected = GoldenData.Expected(variant);
                IVoiceActivityStream stream = (variant.GetProperty("dynamic_silence").GetBoolean() ? grid : classic).OpenStream();
                List<VadSegment> segments = [];
                for (int frame = 0, count; frame < recording.Frames; frame += count)
                {
                    count = Math.Min(random.Next(1, 1000), recording.Frames - frame);
                    segments.AddRange(stream.Push(recording.Fbank.AsSpan(frame * 80, count * 80), recording.Decibels.AsSpan(frame, count), CancellationToken.None));
                }

                segments.AddRange(stream.Complete(CancellationToken.None));
                segments.ToArray().ShouldBe(expected.ValueKind == JsonValueKind.Array ? VadGolden.Segments(expected) : [], clip.GetProperty("id").GetString());
                compared++;
            }
        }

        compared.ShouldBePositive();
    }

    [Fact]
    public void Network_output_equals_the_reference()
    {
        JsonElement golden = GoldenData.Load("2-vad", "cases.json"), logits = golden.GetProperty("logits");
        NpyArray expected = NpyArray.Load(GoldenData.Path("2-vad", logits.GetProperty("file").GetString()!));
        JsonElement clip = golden.GetProperty("cases").EnumerateArray().Single(item => item.GetProperty("id").ValueEquals(logits.GetProperty("clip").GetString()));
        Recording recording = Rebuild(clip);
        using ModelSession session = Session();
        float[] rows = Rows(Cmvn.Load(CmvnPath(), FsmnVadModel.FeatureSize), recording);
        List<ModelInput> inputs = [ModelInput.Of("speech", rows, 1, recording.Frames, FsmnVadModel.FeatureSize)];
        foreach ((int number, float[] cache) in new FsmnVadModel(session, [0]).NewCaches().Index())
            inputs.Add(ModelInput.Of($"in_cache{number}", cache, [.. session.Inputs.Single(input => input.Name == $"in_cache{number}").Shape.Select(axis => Math.Max(axis, 1))]));

        using ModelOutputs outputs = session.Run(inputs, CancellationToken.None);

        Close.Within(LogitsTolerance, expected.Values, outputs.Floats("logits"), expected.Shape[^1], "logits");
    }

    /// <summary>FunASR 1.4's own default: its schedule on its grid, and its other threshold.</summary>
    private static VadOptions Dynamic(VadOptions defaults) => defaults with { Profile = SilenceProfile.ChunkGrid, SpeechNoiseThreshold = VadOptions.Dynamic.SpeechNoiseThreshold };

    private static string ModelPath(string file)
    {
        string path = Path.Combine(TestPaths.ReferenceModels, "fsmn-vad", file);
        Assert.SkipUnless(File.Exists(path), $"Released FSMN-VAD weights not found: {path}.");
        return path;
    }

    private static string CmvnPath() => ModelPath("am.mvn");

    private static ModelSession Session() => ModelSession.Load(ModelPath("model.onnx"), new InferenceOptions { Threads = 1 });

    private static float[] Rows(Cmvn cmvn, Recording recording)
    {
        float[] rows = new float[recording.Frames * FsmnVadModel.FeatureSize];
        Lfr.Stack(recording.Fbank, FsmnVadModel.MelBins, FsmnVadModel.LfrM, FsmnVadModel.LfrN, rows);
        cmvn.Apply(rows);
        return rows;
    }

    private static float[] Scores(FsmnVadModel model, Cmvn cmvn, Recording recording)
    {
        if (recording.Frames < 3)
            return [];
        float[] rows = Rows(cmvn, recording), silence = new float[recording.Frames];
        float[][] caches = model.NewCaches();
        for (int frame = 0; frame < silence.Length; frame += WholeClipFrames)
        {
            int count = Math.Min(WholeClipFrames, silence.Length - frame);
            model.Score(rows.AsMemory(frame * FsmnVadModel.FeatureSize, count * FsmnVadModel.FeatureSize), caches, silence.AsSpan(frame, count), CancellationToken.None);
        }

        return silence;
    }

    /// <summary>Puts a clip together after its recipe and computes its features.</summary>
    private static Recording Rebuild(JsonElement clip)
    {
        string id = clip.GetProperty("id").GetString()!;
        List<short> pcm = [];
        foreach (JsonElement part in clip.GetProperty("recipe").EnumerateArray())
            AddPart(part, pcm);
        pcm.Count.ShouldBe(clip.GetProperty("num_samples").GetInt32(), id);
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(pcm)))).ShouldBe(clip.GetProperty("sha256_pcm16le").GetString(), id);

        float[] samples = [.. pcm.Select(sample => sample / 32768f)];
        float[] fbank = new FbankExtractor(FbankOptions.Asr).Compute(samples);
        float[] decibels = new float[fbank.Length / 80];
        for (int frame = 0; frame < decibels.Length; frame++)
            decibels[frame] = FrameLevel.Decibels(samples.AsSpan(frame * AudioClock.FrameShiftSamples, AudioClock.FrameSamples));
        int frames = clip.GetProperty("frames").GetInt32();
        // Clips that are too short for the reference have no frames there.
        if (frames > 0)
            decibels.Length.ShouldBe(frames, id);
        return new Recording(fbank, decibels);
    }

    private static void AddPart(JsonElement part, List<short> pcm)
    {
        if (part.TryGetProperty("zeros", out JsonElement zeros))
        {
            pcm.AddRange(new short[zeros.GetInt32()]);
        }
        else if (part.TryGetProperty("noise", out JsonElement seed))
        {
            uint state = seed.GetUInt32();
            int amplitude = part.GetProperty("amplitude").GetInt32();
            for (int i = part.GetProperty("count").GetInt32(); i > 0; i--)
            {
                state = unchecked((state * 1664525) + 1013904223);
                pcm.Add((short)((((int)(state >> 16) - 32768) * amplitude) >> 15));
            }
        }
        else
        {
            ReadOnlySpan<byte> source = File.ReadAllBytes(GoldenData.Path("audio", part.GetProperty("src").GetString()!)).AsSpan(44);
            int start = part.TryGetProperty("start", out JsonElement first) ? first.GetInt32() : 0;
            int count = part.TryGetProperty("count", out JsonElement length) ? length.GetInt32() : (source.Length / 2) - start;
            (long gain, int shift) = part.TryGetProperty("gain", out JsonElement factor) ? (factor.GetInt64(), part.GetProperty("shift").GetInt32()) : (1, 0);
            for (int i = start; i < start + count; i++)
                pcm.Add((short)Math.Clamp((BinaryPrimitives.ReadInt16LittleEndian(source[(2 * i)..]) * gain) >> shift, short.MinValue, short.MaxValue));
        }
    }

    private sealed record Recording(float[] Fbank, float[] Decibels)
    {
        public int Frames => Decibels.Length;
    }
}
