using System.ComponentModel.DataAnnotations;
using Parley.Asr;
using Parley.Inference;
using Parley.Models;
using Parley.Speakers;
using Parley.Tests.Punctuation;
using Parley.Vad;

namespace Parley.Tests.Speakers;

public sealed class CampPlusDiarizerTests
{
    [Theory]
    [InlineData("spk")]
    [InlineData("spk-feature-name")]
    [InlineData("spk-misspelt-batch")]
    [InlineData("spk-static-batch")]
    public void Voices_are_told_apart_whatever_the_export_calls_its_tensors(string model)
    {
        using CampPlusDiarizer diarizer = Load(model);
        Diarization diarization = Run(diarizer, new SpeakerCount(Exact: 2));
        diarization.SpeakerCount.ShouldBe(2);
        diarization.Turns.Select(turn => turn.Speaker).ShouldBe([0, 1, 0]);
        diarization.Turns.Select(turn => (turn.StartSeconds, turn.EndSeconds)).ShouldBe([(0.5, 4.5), (5.0, 8.0), (8.5, 9.5)]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void The_size_of_a_batch_changes_nothing(int batch)
    {
        using CampPlusDiarizer expected = Load("spk"), actual = Load("spk", new DiarizationOptions { BatchWindows = batch });
        Run(actual, SpeakerCount.Unknown).Turns.ShouldBe(Run(expected, SpeakerCount.Unknown).Turns);
    }

    [Fact]
    public void Complete_may_be_called_again_with_another_count()
    {
        using CampPlusDiarizer diarizer = Load("spk");
        IDiarizationStream stream = diarizer.OpenStream();
        foreach (SpeechSegment segment in Segments())
            stream.Push(segment, default);
        stream.Complete(new SpeakerCount(Exact: 1), default).SpeakerCount.ShouldBe(1);
        stream.Complete(new SpeakerCount(Exact: 2), default).SpeakerCount.ShouldBe(2);
        stream.Complete(new SpeakerCount(Exact: 1), default).SpeakerCount.ShouldBe(1);
    }

    [Fact]
    public void A_recording_without_speech_has_no_speakers()
    {
        using CampPlusDiarizer diarizer = Load("spk");
        Diarization diarization = diarizer.OpenStream().Complete(SpeakerCount.Unknown, default);
        diarization.Turns.ShouldBeEmpty();
        diarization.SpeakerCount.ShouldBe(0);
    }

    [Fact]
    public void A_segment_shorter_than_a_frame_has_a_turn()
    {
        using CampPlusDiarizer diarizer = Load("spk");
        IDiarizationStream stream = diarizer.OpenStream();
        stream.Push(Segment(0, 1000, 1010, 440), default);
        stream.Complete(SpeakerCount.Unknown, default).Turns.ShouldBe([new SpeakerTurn(1, 1.01, 0)]);
    }

    [Fact]
    public void Segments_out_of_order_are_refused()
    {
        using CampPlusDiarizer diarizer = Load("spk");
        IDiarizationStream stream = diarizer.OpenStream();
        stream.Push(Segment(1, 5000, 6000, 440), default);
        Should.Throw<ArgumentException>(() => stream.Push(Segment(0, 1000, 2000, 440), default));
    }

    [Fact]
    public void Cancellation_ends_the_run()
    {
        using CampPlusDiarizer diarizer = Load("spk");
        IDiarizationStream stream = diarizer.OpenStream();
        stream.Push(Segment(0, 0, 3000, 440), default);
        Should.Throw<OperationCanceledException>(() => stream.Complete(SpeakerCount.Unknown, new CancellationToken(canceled: true)));
        stream.Complete(SpeakerCount.Unknown, default).Turns.ShouldHaveSingleItem();
    }

    [Fact]
    public void Values_that_are_not_finite_name_the_model()
    {
        using CampPlusDiarizer diarizer = Load("spk");
        IDiarizationStream stream = diarizer.OpenStream();
        stream.Push(Segment(0, 0, 1500, 440) with { Samples = Enumerable.Repeat(float.NaN, 24_000).ToArray() }, default);
        InferenceException error = Should.Throw<InferenceException>(() => stream.Complete(SpeakerCount.Unknown, default));
        error.Fault.ShouldBe(InferenceFault.BadOutput);
        error.Message.ShouldContain("spk.onnx");
    }

    [Fact]
    public void Streams_of_one_diarizer_may_run_at_the_same_time()
    {
        using CampPlusDiarizer diarizer = Load("spk");
        IReadOnlyList<SpeakerTurn> alone = Run(diarizer, SpeakerCount.Unknown).Turns;
        Parallel.For(0, 8, _ => Run(diarizer, SpeakerCount.Unknown).Turns.ShouldBe(alone));
    }

    [Fact]
    public void Another_model_is_refused_by_name()
        => Should.Throw<ModelFileException>(() => Load("punc")).Message.ShouldContain("punc.onnx");

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Should.Throw<ValidationException>(() => Load("spk", new DiarizationOptions { BatchWindows = 0 }));
        Should.Throw<ValidationException>(() => Load("spk", new DiarizationOptions { Clustering = new SpeakerClusteringOptions { MaxSpectralWindows = 5 } }));
    }

    private static CampPlusDiarizer Load(string model, DiarizationOptions? options = null)
        => new(ModelSession.Load(TinyPunctuator.ModelPath(model), new InferenceOptions { Threads = 1 }), options ?? new DiarizationOptions());

    private static Diarization Run(CampPlusDiarizer diarizer, SpeakerCount count)
    {
        IDiarizationStream stream = diarizer.OpenStream();
        foreach (SpeechSegment segment in Segments())
            stream.Push(segment, default);
        return stream.Complete(count, default);
    }

    private static IEnumerable<SpeechSegment> Segments() => [Segment(0, 500, 4500, 300), Segment(1, 5000, 8000, 2500), Segment(2, 8500, 9500, 300)];

    // A "voice" is a tone that swells and fades: its mel bins stand out from their mean.
    private static SpeechSegment Segment(int index, int startMs, int endMs, double hertz)
    {
        float[] samples = new float[(endMs - startMs) * 16];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = (float)(0.5 * Math.Sin(2 * Math.PI * hertz * i / 16_000) * Math.Pow(Math.Sin(Math.PI * i / 4000), 2));
        return new SpeechSegment(index, new VadSegment(startMs, endMs), samples, ReadOnlyMemory<float>.Empty);
    }
}
