using Parley.Asr;
using Parley.Features;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Speakers;
using Parley.Tests.Asr;
using Parley.Vad;

namespace Parley.Tests.Inference;

public sealed class DeviceLimitsInStagesTests
{
    private const int Ni = 3, Hao = 4, End = 2;

    private static readonly SpeechSegment Spoken = TinyAsr.Segment(0, 0, new(Ni, true), new(Hao, true, Peaks: 1), new(End, true, Peaks: 1), new(0, false, Peaks: 1));

    [Fact]
    public void Recognition_pads_to_the_lengths_that_the_device_compiles_for()
    {
        List<long> frames = [];
        FaultInjectingBackend device = new()
        {
            Limits = new DeviceLimits { FrameBuckets = [16, 32] },
            OnRun = inputs => frames.Add(inputs["speech"].GetTensorTypeAndShape().Shape[1]),
        };
        using ParaformerRecognizer padded = Recognizer(device), plain = TinyAsr.Load();

        IReadOnlyList<RecognizedSegment> results = padded.Recognize([Spoken], RecognitionWish.None, CancellationToken.None);

        frames.ShouldBe([16]);
        results[0].Words.ShouldBe(plain.Recognize([Spoken], RecognitionWish.None, CancellationToken.None)[0].Words);
        results[0].Words.ShouldNotBeEmpty();
    }

    [Fact]
    public void Recognition_halves_batches_that_do_not_fit()
    {
        FaultInjectingBackend device = new()
        {
            OnRun = inputs =>
            {
                if (inputs["speech"].GetTensorTypeAndShape().Shape[0] > 1)
                    throw FaultInjectingBackend.Fault(InferenceFault.OutOfMemory);
            },
        };
        using ParaformerRecognizer recognizer = Recognizer(device);
        SpeechSegment[] batch = [Spoken, Spoken with { Index = 1 }, Spoken with { Index = 2 }];

        IReadOnlyList<RecognizedSegment> results = BatchHalving.Run(batch, part => recognizer.Recognize(part, RecognitionWish.None, CancellationToken.None));

        results.Select(result => result.Index).ShouldBe([0, 1, 2]);
        results.ShouldAllBe(result => result.Words.Count == 2);
        recognizer.Device.ShouldBe("faulty");
    }

    [Fact]
    public void Embedding_halves_batches_that_do_not_fit_and_finds_the_same_voices()
    {
        FaultInjectingBackend device = new()
        {
            OnRun = inputs =>
            {
                if (inputs["x"].GetTensorTypeAndShape().Shape[0] > 2)
                    throw FaultInjectingBackend.Fault(InferenceFault.OutOfMemory);
            },
        };
        Random random = new(1);
        float[] samples = [.. Enumerable.Range(0, 16000 * 8).Select(_ => (random.NextSingle() - 0.5f) / 4)];
        SpeechSegment segment = new(0, new VadSegment(0, 8000), samples, default);

        IReadOnlyList<SpeakerTurn> Turns(ModelSession session)
        {
            CampPlusDiarizer diarizer = new(session, new DiarizationOptions());
            IDiarizationStream stream = diarizer.OpenStream();
            stream.Push(segment, CancellationToken.None);
            return stream.Complete(SpeakerCount.Unknown, CancellationToken.None).Turns;
        }

        using ModelSession small = Session(device, TinyModel.FilePath), cpu = ModelSession.Load(TinyModel.FilePath, new InferenceOptions { Threads = 1 });

        Turns(small).ShouldBe(Turns(cpu));
        small.Device.ShouldBe("faulty");
        device.Runs.ShouldBeGreaterThan(2);
    }

    private static ModelSession Session(FaultInjectingBackend device, string path)
        => ModelSession.Load(path, new InferenceOptions { Threads = 1, Devices = new DeviceManager(new DeviceOptions { Device = "faulty" }, [device, new CpuBackend()]) });

    private static ParaformerRecognizer Recognizer(FaultInjectingBackend device)
    {
        string path = Path.Combine(TestPaths.RepositoryRoot, "tests", "data", "tiny-models", "asr.onnx");
        Cmvn identity = new(new float[560], [.. Enumerable.Repeat(1f, 560)]);
        return new ParaformerRecognizer(Session(device, path), identity, new Vocabulary(TinyAsr.Tokens, "tokens.json"), new ParaformerOptions());
    }
}
