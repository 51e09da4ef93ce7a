using Parley.Speakers;
using Parley.Transcripts;

namespace Parley.Tests.Speakers;

public sealed class VoiceMatcherTests
{
    // Two speakers, each in windows of their own; a third window lies between turns.
    private static readonly VoiceEmbeddings Voices = new(
        [new SpeakerWindow(0, 0, 24_000), new SpeakerWindow(1500, 0, 24_000), new SpeakerWindow(3000, 0, 24_000)], new float[] { 2, 0, 0, 0, 3, 0, 0, 0, 9 }, Dim: 3);

    private static readonly Diarization Two = new([new SpeakerTurn(0, 1.5, 0), new SpeakerTurn(1.5, 3, 1)], 2);

    [Fact]
    public void A_voice_that_matches_nobody_is_not_forced()
        => VoiceMatcher.Match(Voices, Two, [Known("anna", 0.9f, 0.1f, 0), Known("nobody", 0.2f, 0.3f, 0.9f)], 0.6).ShouldBe(["anna", null]);

    [Fact]
    public void The_most_similar_pair_goes_first_and_nobody_is_named_twice()
        => VoiceMatcher.Match(Voices, Two, [Known("anna", 0.8f, 0.7f, 0), Known("bert", 0.99f, 0.1f, 0)], 0.6).ShouldBe(["bert", "anna"]);

    [Fact]
    public void Windows_outside_all_turns_say_nothing_about_anybody()
        => VoiceMatcher.Match(Voices, Two, [Known("third", 0, 0, 1)], 0.6).ShouldBe([null, null]);

    [Fact]
    public void A_voice_of_another_model_is_refused()
        => Should.Throw<ArgumentException>(() => VoiceMatcher.Match(Voices, Two, [Known("anna", 1, 0)], 0.6)).Message.ShouldContain("another model");

    [Fact]
    public void Labels_stay_different_when_somebody_is_called_like_a_number()
        => TranscriptParts.Labels([null, "Speaker1", null]).ShouldBe(["Speaker4", "Speaker1", "Speaker3"]);

    [Fact]
    public void Centre_of_one_voice_has_length_one()
        => Voices.Centre().ToArray().Sum(value => value * value).ShouldBe(1, 1e-5);

    private static KnownVoice Known(string name, params float[] direction)
    {
        float length = MathF.Sqrt(direction.Sum(value => value * value));
        return new KnownVoice(name, direction.Select(value => value / length).ToArray());
    }
}
