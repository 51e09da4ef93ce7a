using System.CommandLine;
using Parley.Cli.Terminals;
using Parley.Models.Catalog;
using Parley.Models.Downloads;

namespace Parley.Cli.Commands;

/// <summary><c>parley models pull</c>: fetches official models.</summary>
internal sealed class ModelsPullCommand : ExampleCommand
{
    /// <summary>Names the hub where no option does.</summary>
    public const string HubVariable = "FUNASR_MODEL_HUB";

    private const int MaxParallel = 8;

    private readonly Argument<string> _name = new("NAME") { Description = "A bundle of the catalog; parley models list shows them." };

    private readonly Option<string?> _hub = new("--hub")
    {
        HelpName = "HUB",
        Description = $"modelscope, huggingface, or the address of a mirror that speaks Hugging Face's interface (modelscope+https://... for the other one). Default: {HubVariable}, else ModelScope first.",
    };

    private readonly Option<string?> _into = ModelFolderOption.Create();

    private readonly Option<bool> _quantized = new("--quantized") { Description = "Fetch the 8-bit weights instead of the full ones: a quarter of the size." };

    private readonly Option<bool> _newest = new("--newest") { Description = "Fetch the newest files, not the revisions that the catalog names." };

    private readonly Option<bool> _replace = new("--replace") { Description = "Fetch again what is installed, and put it in its place." };

    private readonly Option<bool> _acceptLicense = new("--accept-license", "--accept-licence") { Description = "Accept the licences of the models without being asked." };

    private readonly Option<int?> _parallel = NumberOption.Create("--parallel", [], "N", "Files at a time. Default: 3.", 1, MaxParallel);

    public ModelsPullCommand(Terminal terminal)
        : base("pull", "Fetch official models by name: verified, resumed after an interruption, put into place when they are whole.", """
            parley models pull paraformer-zh                        asks about the licences, then fetches
            parley models pull paraformer-zh --quantized --accept-license
            parley models pull paraformer-zh --hub huggingface      not from ModelScope
            parley models pull paraformer-zh --hub https://mirror.example.org
            """)
    {
        Arguments.Add(_name);
        foreach (Option option in new Option[] { _hub, _into, _quantized, _newest, _replace, _acceptLicense, _parallel })
            Options.Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, terminal, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        CatalogBundle bundle = Find(parsed.GetValue(_name)!);
        DownloadOptions options = new()
        {
            Hub = Hub(parsed.GetValue(_hub) ?? Environment.GetEnvironmentVariable(HubVariable), Environment.GetEnvironmentVariable("HF_ENDPOINT")),
            Weights = parsed.GetValue(_quantized) ? WeightKind.Quantized : WeightKind.Full,
            Newest = parsed.GetValue(_newest),
            Replace = parsed.GetValue(_replace),
        };
        if (parsed.GetValue(_parallel) is { } parallel)
            options = options with { Parallel = parallel };
        if (bundle.Included)
        {
            terminal.WriteError($"The bundle {bundle.Name} comes with the program; there is nothing to fetch.");
            return ExitCode.Done;
        }

        if (!parsed.GetValue(_acceptLicense) && !IsAccepted(bundle, terminal))
        {
            terminal.WriteError("Nothing was fetched.");
            return ExitCode.Failed;
        }

        string folder = ModelFolderOption.Of(parsed.GetValue(_into));
        ModelDownloader downloader = new(options);
        string directory = await new DownloadDisplay(terminal, TimeProvider.System)
            .TrackAsync(bundle.Name, progress => downloader.FetchAsync(bundle, folder, progress, cancellationToken));
        terminal.Output.Write($"{directory}\n");
        return ExitCode.Done;
    }

    private static CatalogBundle Find(string name) => ModelCatalog.Default.FindBundle(name)
        ?? throw new UsageException($"The catalog has no bundle '{name}'. It has: {string.Join(", ", ModelCatalog.Default.Bundles.Where(bundle => !bundle.Included).Select(bundle => bundle.Name))}.");

    /// <summary>The hub that a text names. HF_ENDPOINT moves Hugging Face elsewhere, as its own programs know it.</summary>
    internal static HubAddress? Hub(string? text, string? huggingFaceEndpoint)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        string address = text.Trim();
        if (address.Equals("huggingface", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(huggingFaceEndpoint))
            address = huggingFaceEndpoint.Trim();
        return HubAddress.Parse(address) ?? throw new UsageException($"'{address}' is no hub. Write modelscope, huggingface, or the address of a mirror such as https://mirror.example.org .");
    }

    private static bool IsAccepted(CatalogBundle bundle, Terminal terminal)
    {
        foreach (CatalogModel model in bundle.Models)
            terminal.WriteError($"{model.Name}: {model.Description}. Licence: {model.Licence}. From {model.Sources[0].Repository}{(model.Sources[0].Note is { } note ? $" ({note})" : "")}.");
        return Consent.Ask(terminal, $"The models of {bundle.Name} have licences of their own, written out in their repositories. Do you accept them?", "--accept-license");
    }
}
