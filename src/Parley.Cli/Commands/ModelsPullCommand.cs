using System.CommandLine;
using Parley.Cli.Downloading;
using Parley.Cli.Terminals;
using Parley.Models.Catalog;
using Parley.Models.Downloads;

namespace Parley.Cli.Commands;

/// <summary><c>parley models pull</c>: fetches official models.</summary>
internal sealed class ModelsPullCommand : ExampleCommand
{
    private const int MaxParallel = 8;

    private readonly Argument<string> _name = new("NAME") { Description = "A bundle of the catalog; parley models list shows them." };

    private readonly Option<string?> _hub = new("--hub")
    {
        HelpName = "HUB",
        Description = $"modelscope, huggingface, or the address of a mirror that speaks Hugging Face's interface (modelscope+https://... for the other one). Default: {HubChoice.Variable}, else ModelScope first.",
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
            Hub = HubChoice.Of(parsed.GetValue(_hub)),
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

    private static bool IsAccepted(CatalogBundle bundle, Terminal terminal)
    {
        foreach (CatalogModel model in bundle.Models)
            terminal.WriteError($"{model.Name}: {model.Description}. Licence: {model.Licence}. From {model.Sources[0].Repository}{(model.Sources[0].Note is { } note ? $" ({note})" : "")}.");
        return Consent.Ask(terminal, $"The models of {bundle.Name} have licences of their own, written out in their repositories. Do you accept them?", "--accept-license");
    }
}
