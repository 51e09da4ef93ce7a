using System.Globalization;
using Parley.Server.Protocols.Forms;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>Checks the fields of a transcription request. Fields that nobody knows are passed over.</summary>
internal static class TranscriptionFieldsReader
{
    private static readonly (string Name, ResponseFormat Format)[] Formats =
    [
        ("json", ResponseFormat.Json), ("text", ResponseFormat.Text), ("srt", ResponseFormat.Srt),
        ("verbose_json", ResponseFormat.VerboseJson), ("vtt", ResponseFormat.Vtt), ("diarized_json", ResponseFormat.DiarizedJson),
    ];

    /// <summary>Reads them.</summary>
    /// <exception cref="OpenAiException">One is wrong.</exception>
    public static TranscriptionFields Read(MultipartForm form, ServedModels models)
    {
        string model = form.Value("model") ?? throw Wrong("model", "The field model is missing. GET /v1/models lists the names that this server answers to.", "missing_required_parameter");
        if (!models.TryFind(model, out string? bundle))
            throw new OpenAiException(OpenAiError.UnknownModel(model, models.Names));
        ResponseFormat format = ReadFormat(form);
        (bool segments, bool words) = ReadGranularities(form, format);
        ChunkingStrategy.Check(form);
        _ = form.Value("prompt");
        return new TranscriptionFields
        {
            Model = model,
            Bundle = bundle,
            Format = format,
            WithSegments = segments,
            WithWords = words,
            WithLogProbabilities = ReadInclude(form, format, model),
            Stream = ReadStream(form, format, model),
            Language = FormFields.Language(form),
            Temperature = Number(form, "temperature", 0, 1) ?? 0,
            Diarize = ReadDiarize(form, format),
            Speakers = FormFields.Speakers(form),
            Itn = FormFields.Flag(form, "itn"),
            Hotwords = FormFields.HotwordsOf(form),
        };
    }

    private static ResponseFormat ReadFormat(MultipartForm form)
    {
        string? name = form.Value("response_format");
        foreach ((string known, ResponseFormat format) in Formats)
        {
            if (string.Equals(name ?? "json", known, StringComparison.Ordinal))
                return format;
        }

        throw Wrong("response_format", $"response_format must be one of {string.Join(", ", Formats.Select(item => item.Name))}; found '{Quoted.Text(name!)}'.", "invalid_value");
    }

    private static (bool Segments, bool Words) ReadGranularities(MultipartForm form, ResponseFormat format)
    {
        const string field = "timestamp_granularities";
        IReadOnlyList<string> values = form.Values(field);
        if (values.FirstOrDefault(value => value is not ("segment" or "word")) is { } unknown)
            throw Wrong(field, $"timestamp_granularities[] takes segment and word; found '{Quoted.Text(unknown)}'.", "invalid_value");
        if (values.Count > 0 && format != ResponseFormat.VerboseJson)
            throw Wrong(field, "timestamp_granularities[] needs response_format verbose_json: no other format has times of this kind.");
        return (values.Count == 0 || values.Contains("segment", StringComparer.Ordinal), values.Contains("word", StringComparer.Ordinal));
    }

    private static bool ReadInclude(MultipartForm form, ResponseFormat format, string model)
    {
        IReadOnlyList<string> values = form.Values("include");
        if (values.FirstOrDefault(value => value is not "logprobs") is { } unknown)
            throw Wrong("include", $"include[] takes logprobs; found '{Quoted.Text(unknown)}'.", "invalid_value");
        if (values.Count > 0 && (format != ResponseFormat.Json || model is ServedModels.Whisper or ServedModels.Diarizing))
            throw Wrong("include", $"include[]=logprobs needs response_format json and a model other than {ServedModels.Whisper} and {ServedModels.Diarizing}.");
        return values.Count > 0;
    }

    // As OpenAI documents it: its oldest model has no streams, and the field is passed over.
    private static bool ReadStream(MultipartForm form, ResponseFormat format, string model)
    {
        if (FormFields.Flag(form, "stream") is not true || model is ServedModels.Whisper)
            return false;
        return format is ResponseFormat.Json or ResponseFormat.Text or ResponseFormat.DiarizedJson
            ? true
            : throw Wrong("stream", "stream=true goes with response_format json, text and diarized_json: events have no place for the others.");
    }

    private static bool ReadDiarize(MultipartForm form, ResponseFormat format)
    {
        bool isDiarized = format == ResponseFormat.DiarizedJson;
        if (FormFields.Flag(form, "diarize") is not { } asked)
            return isDiarized;
        return asked || !isDiarized ? asked : throw Wrong("diarize", "diarize=false contradicts response_format diarized_json. Ask for json.");
    }

    private static double? Number(MultipartForm form, string name, double min, double max)
    {
        if (form.Value(name) is not { } text)
            return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= min && number <= max
            ? number
            : throw Wrong(name, $"{name} must be a number from {min} to {max}; found '{Quoted.Text(text)}'.", "invalid_value");
    }

    private static OpenAiException Wrong(string field, string message, string? code = null) => new(OpenAiError.Invalid(field, message, code));
}
