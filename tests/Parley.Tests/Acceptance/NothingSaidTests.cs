using Parley.Audio;
using Parley.Transcripts;

namespace Parley.Tests.Acceptance;

/// <summary>Recordings without speech give an empty transcript: nothing is made up.</summary>
[Trait("Group", "e2e")]
public sealed class NothingSaidTests(DemoPipeline demo) : IClassFixture<DemoPipeline>
{
    [Theory]
    [InlineData(10.0, 0f)]
    [InlineData(0.2, 0f)]
    [InlineData(0.01, 0f)]
    [InlineData(0.0, 0f)]
    [InlineData(10.0, 0.001f)]
    [InlineData(10.0, 0.03f)]
    [InlineData(10.0, 0.3f)]
    [InlineData(0.2, 0.3f)]
    public async Task Silence_and_white_noise_give_no_words(double seconds, float level)
    {
        Random random = new(1);
        float[] samples = new float[(int)(seconds * AudioClock.SampleRateHz)];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = level * ((2 * random.NextSingle()) - 1);

        Transcript transcript = await demo.TranscribeAsync(samples);

        transcript.Sentences.Select(sentence => sentence.Text).ShouldBeEmpty();
        transcript.Speakers.ShouldBeEmpty();
        transcript.Duration.ShouldBe(AudioClock.ToTime(samples.Length));
    }
}
