using FsCheck;
using FsCheck.Fluent;
using Parley.Vad;

namespace Parley.Tests.Vad;

public sealed class VadStateMachineProperties
{
    private static readonly VadOptions[] Variants =
    [
        VadOptions.Classic,
        VadOptions.Dynamic,
        VadOptions.Dynamic with { Profile = SilenceProfile.ChunkGrid },
        VadOptions.Classic with { MaxSegmentMs = 1000, MaxEndSilenceMs = 200 },
        VadOptions.Classic with { Extend = false, MaxEndSilenceMs = 400 },
        VadOptions.Classic with { SilenceToSpeechMs = 10, SpeechToSilenceMs = 0, MaxEndSilenceMs = 0, LookbackMs = 0 },
        VadOptions.Classic with { DetectMode = VadDetectMode.SingleUtterance },
    ];

    [Fact]
    public void Segments_are_ordered_disjoint_and_within_the_recording()
        => Check.QuickThrowOnFailure(Prop.ForAll(Streams(), stream =>
        {
            List<VadSegment> segments = VadGolden.Run(stream.Options, stream.Scores);
            int previous = 0;
            foreach (VadSegment segment in segments)
            {
                segment.StartMs.ShouldBeGreaterThanOrEqualTo(previous);
                segment.EndMs.ShouldBeGreaterThan(segment.StartMs);
                (segment.StartMs % 10, segment.EndMs % 10).ShouldBe((0, 0));
                segment.DurationMs.ShouldBeLessThanOrEqualTo(stream.Options.MaxSegmentMs + 10);
                previous = segment.EndMs;
            }

            previous.ShouldBeLessThanOrEqualTo(stream.Scores.Length * 10);
        }));

    [Fact]
    public void No_segment_begins_before_the_frame_that_was_given_as_earliest()
        => Check.QuickThrowOnFailure(Prop.ForAll(Streams(), stream =>
        {
            VadStateMachine machine = new(stream.Options);
            List<VadSegment> segments = [];
            int released = 0;
            for (int frame = 0; frame < stream.Scores.Length; frame++)
            {
                int before = segments.Count;
                machine.Push(stream.Scores[frame], 0, frame == stream.Scores.Length - 1, segments);
                foreach (VadSegment segment in segments.Skip(before))
                    segment.StartMs.ShouldBeGreaterThanOrEqualTo(released * 10);
                machine.EarliestOpenFrame.ShouldBeGreaterThanOrEqualTo(released);
                machine.EarliestOpenFrame.ShouldBeLessThanOrEqualTo(frame + 1);
                released = machine.EarliestOpenFrame;
            }
        }));

    /// <summary>Runs of speech and silence with flickering between them, as networks give them.</summary>
    private static Arbitrary<Stream> Streams()
    {
        Gen<float[]> run =
            from frames in Gen.Choose(1, 150)
            from kind in Gen.Choose(0, 2)
            from flicker in Gen.ArrayOf(Gen.Choose(0, 1), frames)
            select (float[])[.. flicker.Select(bit => kind == 2 ? bit : (float)kind)];
        Gen<Stream> stream =
            from options in Gen.Elements(Variants)
            from runs in Gen.ListOf(run)
            select new Stream(options, [.. runs.SelectMany(scores => scores)]);
        return Arb.From(stream);
    }

    private sealed record Stream(VadOptions Options, float[] Scores);
}
