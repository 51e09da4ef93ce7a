using Parley.Asr;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Forms;
using Parley.Server.Webhooks;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>What a request asks for besides its recording; checked. The same fields wherever a job is made.</summary>
internal sealed record JobFields
{
    private const int MaxPriority = 10;

    // To add one: here, below, in docs/jobs.md and in openapi.json.
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "diarize", "num_speakers", "min_speakers", "max_speakers", "language", "hotwords", "itn", "keep_recording", "force_refresh", "priority", "webhook_url", "model",
    };

    public required JobOptions Options { get; init; }

    public int Priority { get; init; }

    /// <summary>Whether the recording stays for people who listen.</summary>
    public bool KeepRecording { get; init; }

    /// <summary>Told how the job ends; null for nobody.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>Whether a field is one of these.</summary>
    public static bool IsKnown(string name) => Known.Contains(name);

    /// <summary>Reads the fields of a form. Another one is refused: it is misspelt, and would be missed.</summary>
    /// <param name="form">The form.</param>
    /// <param name="webhooks">Judges addresses.</param>
    /// <param name="defaults">What is meant where a field is missing.</param>
    /// <param name="bundles">Those that may be asked for.</param>
    /// <exception cref="FormException">One is wrong.</exception>
    public static JobFields Read(MultipartForm form, WebhookService webhooks, TranscriptionOptions defaults, ServedBundles bundles)
    {
        if (form.Names.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            throw FormException.Invalid(Quoted.Text(unknown), $"There is no field '{Quoted.Text(unknown)}'. Besides file there are {string.Join(", ", Known)}.");
        JobOptions options = new()
        {
            Diarize = FormFields.Flag(form, "diarize") ?? true,
            Speakers = FormFields.Speakers(form),
            Language = FormFields.Language(form),
            Recognition = new RecognitionWish { Hotwords = FormFields.HotwordsOf(form), Itn = FormFields.Flag(form, "itn") ?? defaults.Itn },
            Bundle = Bundle(form, bundles),
            ForceRefresh = FormFields.Flag(form, "force_refresh") ?? false,
        };
        if (HotwordOffer.Problem(options, bundles) is { } refused)
            throw FormException.Value("hotwords", refused);
        return new JobFields
        {
            Options = options,
            KeepRecording = FormFields.Flag(form, "keep_recording") ?? false,
            Priority = FormFields.Number(form, "priority", -MaxPriority, MaxPriority) ?? 0,
            WebhookUrl = Webhook(form, webhooks),
        };
    }

    /// <summary>What tells this wish from others, as a text.</summary>
    public string Canonical => $"{Options} {Priority} {KeepRecording} {WebhookUrl}";

    private static string? Bundle(MultipartForm form, ServedBundles bundles)
        => form.Value("model") is not { } name ? null
            : bundles.TryFind(name, out string? bundle) ? bundle : throw FormException.Value("model", bundles.Refusal(Quoted.Text(name)));

    private static string? Webhook(MultipartForm form, WebhookService webhooks)
        => form.Value("webhook_url") is { } url ? webhooks.Problem(url) is { } problem ? throw FormException.Value("webhook_url", problem) : url : null;
}
