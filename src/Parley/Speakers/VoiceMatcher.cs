using System.Numerics.Tensors;

namespace Parley.Speakers;

/// <summary>Finds known voices among the speakers of a recording. Pure.</summary>
internal static class VoiceMatcher
{
    /// <summary>Gives each known voice to the speaker that it resembles most, the most similar pair first; nobody gets two.</summary>
    /// <param name="voices">The recording.</param>
    /// <param name="diarization">Who spoke when.</param>
    /// <param name="known">Voices with names.</param>
    /// <param name="similarity">Cosine from which on two voices are one: a speaker whom no voice resembles so much stays without a name.</param>
    /// <returns>A name, or null, for each speaker.</returns>
    /// <exception cref="ArgumentException">A known voice comes from another model.</exception>
    public static string?[] Match(VoiceEmbeddings voices, Diarization diarization, IReadOnlyList<KnownVoice> known, double similarity)
    {
        string?[] names = new string?[diarization.SpeakerCount];
        if (known.FirstOrDefault(voice => voice.Embedding.Length != voices.Dim) is { } foreign)
            throw new ArgumentException($"The known voice '{foreign.Name}' has {foreign.Embedding.Length} values, those of the recording have {voices.Dim}: it comes from another model.", nameof(known));

        EmbeddingSet centres = voices.Centres(diarization);
        IEnumerable<(int Speaker, KnownVoice Voice, float Cosine)> pairs = Enumerable.Range(0, names.Length)
            .SelectMany(speaker => known.Select(voice => (speaker, voice, TensorPrimitives.Dot(centres[speaker], voice.Embedding.Span))))
            .Where(pair => pair.Item3 >= similarity)
            .OrderByDescending(pair => pair.Item3);
        HashSet<KnownVoice> given = [];
        foreach ((int speaker, KnownVoice voice, _) in pairs)
        {
            if (names[speaker] is null && given.Add(voice))
                names[speaker] = voice.Name;
        }

        return names;
    }
}
