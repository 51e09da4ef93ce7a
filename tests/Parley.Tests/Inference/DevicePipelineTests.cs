using Parley.Audio;
using Parley.Inference;
using Parley.Inference.Devices;
using Parley.Models;
using Parley.Transcripts;

namespace Parley.Tests.Inference;

/// <summary>The whole pipeline on devices other than the CPU, on the samples that are shipped.</summary>
[Collection(SoftwareVulkan.OneAtATime)]
[Trait("Group", "e2e")]
public sealed class DevicePipelineTests
{
    private readonly ListLogger _log = new();

    [Fact]
    public async Task WebGpu_gives_the_same_words_times_and_speakers_as_the_cpu()
    {
        // Both speakers have spoken by then; the whole minute would take a software driver several.
        const string sample = "interview.wav";
        const int seconds = 15;
        SoftwareVulkan.Require();
        DeviceManager webGpu = new(new DeviceOptions { Device = "webgpu", FallbackOnError = false });

        Transcript expected = await TranscribeAsync(DeviceManager.CpuOnly, sample, seconds), actual = await TranscribeAsync(webGpu, sample, seconds);

        Lines(actual).ShouldBe(Lines(expected));
        actual.Speakers.Count.ShouldBe(2);
        actual.Speakers.ShouldBe(expected.Speakers);
        actual.Turns.ShouldBe(expected.Turns);
        actual.Sentences.ShouldNotBeEmpty();
        actual.Receipt.Notices.ShouldBe(expected.Receipt.Notices);
        Devices(actual).ShouldBe(["webgpu"]);
        Devices(expected).ShouldBe(["cpu"]);
    }

    [Theory]
    [InlineData(InferenceFault.DeviceLost)]
    [InlineData(InferenceFault.RunFailed)]
    public async Task A_device_that_fails_in_the_middle_of_a_job_changes_nothing_but_the_receipt(InferenceFault fault)
    {
        int runs = 0;
        FaultInjectingBackend faulty = new();
        faulty.OnRun = _ =>
        {
            if (Interlocked.Increment(ref runs) > 3)
                throw FaultInjectingBackend.Fault(fault);
        };
        DeviceManager manager = new(new DeviceOptions { Device = "faulty" }, [faulty, new CpuBackend()], _log);

        Transcript expected = await TranscribeAsync(DeviceManager.CpuOnly, "hello.wav", 30), actual = await TranscribeAsync(manager, "hello.wav", 30);

        Lines(actual).ShouldBe(Lines(expected));
        actual.Receipt.Stages.Select(stage => stage.Device).ShouldContain(device => device != null && device.Contains("cpu"));
        actual.Receipt.Notices.ShouldContain(notice => notice.StartsWith("Device faulty failed and cpu went on", StringComparison.Ordinal));
        _log.Warnings.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Without_fallback_the_job_fails_with_a_typed_error()
    {
        FaultInjectingBackend faulty = new() { OnRun = _ => throw FaultInjectingBackend.Fault(InferenceFault.DeviceLost) };
        DeviceManager manager = new(new DeviceOptions { Device = "faulty", FallbackOnError = false }, [faulty, new CpuBackend()], _log);

        InferenceException error = await Should.ThrowAsync<InferenceException>(() => TranscribeAsync(manager, "hello.wav", 30));

        error.Fault.ShouldBe(InferenceFault.DeviceLost);
    }

    [Fact]
    public async Task Memory_that_runs_out_halves_batches_and_stays_on_the_device()
    {
        FaultInjectingBackend small = new()
        {
            OnRun = inputs =>
            {
                if (inputs.Values.Any(value => value.GetTensorTypeAndShape().Shape is [> 1, _, _]))
                    throw FaultInjectingBackend.Fault(InferenceFault.OutOfMemory);
            },
        };
        DeviceManager manager = new(new DeviceOptions { Device = "faulty" }, [small, new CpuBackend()], _log);

        Transcript expected = await TranscribeAsync(DeviceManager.CpuOnly, "interview.wav", 30), actual = await TranscribeAsync(manager, "interview.wav", 30);

        Devices(actual).ShouldBe(["faulty"]);
        actual.Receipt.Notices.ShouldContain("Memory ran out on faulty, so batches were halved.");
        actual.Sentences.Select(sentence => sentence.Text).ShouldBe(expected.Sentences.Select(sentence => sentence.Text));
        _log.Warnings.ShouldBeEmpty();
    }

    private static IEnumerable<string> Devices(Transcript transcript) => transcript.Receipt.Stages.Select(stage => stage.Device).OfType<string>().Distinct();

    private static List<string> Lines(Transcript transcript)
        => [.. transcript.Sentences.Select(sentence =>
            $"{sentence.StartMs}-{sentence.EndMs} {sentence.Speaker}: {sentence.Text} | {string.Join(' ', sentence.Words.Select(word => $"{word.Text}@{word.StartMs}-{word.EndMs}"))}")];

    private static async Task<Transcript> TranscribeAsync(DeviceManager devices, string sample, int seconds)
    {
        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(
            ModelBundle.Load(TestPaths.DemoBundle), new PipelineOptions { Inference = new InferenceOptions { Threads = 2, Devices = devices } });
        using AudioSource audio = new SampleSource(Path.Combine(TestPaths.Samples, sample), seconds);
        return await pipeline.TranscribeAsync(audio);
    }

    /// <summary>The first seconds of a sample: 16 kHz, mono, 16 bit, 44 bytes of header.</summary>
    private sealed class SampleSource(string path, int seconds) : AudioSource
    {
        private readonly byte[] _bytes = File.ReadAllBytes(path)[44..];
        private int _position;

        private int Length => Math.Min(_bytes.Length / 2, seconds * AudioClock.SampleRateHz);

        public override TimeSpan? Duration => AudioClock.ToTime(Length);

        public override int Read(Span<float> destination, CancellationToken cancellationToken)
        {
            int count = Math.Min(destination.Length, Length - _position);
            for (int i = 0; i < count; i++)
                destination[i] = BitConverter.ToInt16(_bytes, 2 * (_position + i)) / 32768f;
            _position += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            // Nothing is open.
        }
    }
}
