using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Parley.Audio;
using Parley.Server.Protocols.Forms;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Workers;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Reads <c>known_speaker_names[]</c> and <c>known_speaker_references[]</c>: at most four people with 2 to 10 seconds of their voices, as OpenAI has it.</summary>
internal static class KnownSpeakers
{
    public const string NamesField = "known_speaker_names";
    public const string ReferencesField = "known_speaker_references";
    public const int MaxSpeakers = 4;

    private const int MaxName = 64;
    private const int SamplesPerSecond = 16_000;
    private const int MinSeconds = 2;
    private const int MaxSeconds = 10;

    // Encoders pad, and containers round.
    private const int ToleranceSamples = SamplesPerSecond / 10;

    /// <summary>Takes references to disk as they come.</summary>
    public static AttachmentField ReaderOf(UploadFiles files) => new(ReferencesField, (form, body, cancellationToken) => form.Attachments.Count < MaxSpeakers
        ? DataUrlReader.ReadAsync(body, files, ReferencesField, cancellationToken)
        : throw Wrong(ReferencesField, $"known_speaker_references[] takes at most {MaxSpeakers} entries."));

    /// <summary>The references of a form, decoded and checked; empty when it has none.</summary>
    /// <exception cref="OpenAiException">One is wrong.</exception>
    public static IReadOnlyList<VoiceSample> Read(MultipartForm form, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = form.Values(NamesField);
        CheckNames(names, form.Attachments.Count);
        return [.. names.Select((name, i) => new VoiceSample(name.Trim(), Decode(form.Attachments[i], name.Trim(), cancellationToken)))];
    }

    /// <summary>What tells these voices from others: a hash over names and samples; null for none.</summary>
    public static string? IdentityOf(IReadOnlyList<VoiceSample> samples)
    {
        if (samples.Count == 0)
            return null;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (VoiceSample sample in samples)
        {
            byte[] name = Encoding.UTF8.GetBytes(sample.Name);
            hash.AppendData(BitConverter.GetBytes(name.Length));
            hash.AppendData(name);
            hash.AppendData(BitConverter.GetBytes(sample.Samples.Length));
            hash.AppendData(sample.Samples);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }

    private static void CheckNames(IReadOnlyList<string> names, int references)
    {
        if (names.Count != references)
            throw Wrong(NamesField, $"known_speaker_names[] has {names.Count} entries and known_speaker_references[] has {references}. Each name needs one reference.");
        if (names.Count > MaxSpeakers)
            throw Wrong(NamesField, $"known_speaker_names[] takes at most {MaxSpeakers} names; found {names.Count}.");
        foreach (string name in names)
        {
            if (name.Trim() is not { Length: > 0 and <= MaxName } trimmed || trimmed.Any(char.IsControl))
                throw Wrong(NamesField, $"A name in known_speaker_names[] must have 1 to {MaxName} characters and no control characters; found '{Quoted.Text(name)}'.");
        }

        if (names.Select(name => name.Trim()).Distinct(StringComparer.Ordinal).Count() < names.Count)
            throw Wrong(NamesField, "A name stands in known_speaker_names[] twice.");
    }

    private static byte[] Decode(SpooledPayload reference, string name, CancellationToken cancellationToken)
    {
        try
        {
            using AudioSource audio = AudioFile.Open(reference.Path, $"reference of {name}", new AudioOptions(), cancellationToken);
            float[] samples = new float[(MaxSeconds * SamplesPerSecond) + (2 * ToleranceSamples)];
            int count = 0;
            for (int read = audio.Read(samples, cancellationToken); read > 0 && count < samples.Length; read = audio.Read(samples.AsSpan(count), cancellationToken))
            {
                count += read;
                if (count == samples.Length)
                    break;
            }

            if (count < (MinSeconds * SamplesPerSecond) - ToleranceSamples || count > (MaxSeconds * SamplesPerSecond) + ToleranceSamples)
                throw Wrong(ReferencesField, $"The reference of '{name}' must be {MinSeconds} to {MaxSeconds} seconds long; it is {(count == samples.Length ? "longer" : $"{count / (double)SamplesPerSecond:F1} s")}.");
            return ToPcm(samples.AsSpan(0, count));
        }
        catch (AudioDecodeException error)
        {
            throw Wrong(ReferencesField, $"The reference of '{name}' cannot be read as audio: {error.Message}");
        }
    }

    private static byte[] ToPcm(ReadOnlySpan<float> samples)
    {
        byte[] pcm = new byte[2 * samples.Length];
        for (int i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(pcm.AsSpan(2 * i), (short)Math.Clamp(Math.Round(samples[i] * 32768f), short.MinValue, short.MaxValue));
        return pcm;
    }

    private static OpenAiException Wrong(string field, string message) => new(OpenAiError.Invalid(field, message, "invalid_value"));
}
