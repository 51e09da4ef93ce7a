using Parley.Models.Downloads;

namespace Parley.Cli.Downloading;

/// <summary>From which hub models come.</summary>
internal static class HubChoice
{
    /// <summary>Where people name a hub once for all commands.</summary>
    public const string Variable = "FUNASR_MODEL_HUB";

    /// <summary>The hub of the command line, else of the environment; null when none is named.</summary>
    public static HubAddress? Of(string? fromCommandLine) => Parse(fromCommandLine ?? Environment.GetEnvironmentVariable(Variable), Environment.GetEnvironmentVariable("HF_ENDPOINT"));

    /// <summary>The hub that a text names. HF_ENDPOINT moves Hugging Face elsewhere, as its own programs know it.</summary>
    /// <exception cref="UsageException">The text names none.</exception>
    public static HubAddress? Parse(string? text, string? huggingFaceEndpoint)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        string address = text.Trim();
        if (address.Equals("huggingface", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(huggingFaceEndpoint))
            address = huggingFaceEndpoint.Trim();
        return HubAddress.Parse(address) ?? throw new UsageException($"'{address}' is no hub. Write modelscope, huggingface, or the address of a mirror such as https://mirror.example.org .");
    }
}
