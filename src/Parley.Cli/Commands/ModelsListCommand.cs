using Parley.Cli.Configuration;
using Parley.Cli.Terminals;
using Parley.Models;
using Parley.Models.Catalog;

namespace Parley.Cli.Commands;

/// <summary><c>parley models list</c>: one line for each bundle; the first column is its name for --models.</summary>
internal sealed class ModelsListCommand : ExampleCommand
{
    public ModelsListCommand(Terminal terminal)
        : base("list", "Show the installed bundles, one a line: name, state, directory; then what parley models pull can fetch. Unverified: the catalog's entry was not compared with a real download.", """
            parley models list                       what --models understands
            parley models list --config my.json      with the model directory of a configuration
            """)
    {
        CommonOptions common = new(this);
        SetAction(parsed =>
        {
            Settings settings = common.ReadSettings(parsed, terminal);
            List<string[]> rows = [.. ModelBundleLocator.Installed(settings.SearchFolders)
                .Select(directory => new[] { Path.GetFileName(directory), State(directory, common.BundleOptions(parsed, settings)), directory })];
            if (settings.ModelDirectory is { } own && ModelBundleLocator.IsBundle(own))
                rows.Insert(0, ["(funasr.model_dir)", State(own, common.BundleOptions(parsed, settings)), own]);
            if (rows.Count == 0)
                terminal.WriteError($"No bundle is installed. Put one into {string.Join(" or ", [.. settings.SearchFolders, .. ModelBundleLocator.StandardFolders])}.");
            HashSet<string> installed = [.. rows.Select(row => row[0])];
            rows.AddRange(ModelCatalog.Default.Bundles.Where(bundle => !bundle.Included && !installed.Contains(bundle.Name)).Select(Fetchable));
            Columns.Write(terminal.Output, rows);
            return ExitCode.Done;
        });
    }

    private static string[] Fetchable(CatalogBundle bundle)
    {
        string size = bundle.AboutBytes(WeightKind.Full) is { } bytes ? $"about {Size.Of(bytes)}" : "size not published";
        return [bundle.Name, $"not installed, {size}{(bundle.Verified ? "" : ", unverified")}", $"parley models pull {bundle.Name}  ({bundle.Description}; {string.Join("; ", bundle.Licences)})"];
    }

    private static string State(string directory, ModelBundleOptions options)
    {
        try
        {
            ModelBundle bundle = ModelBundle.Load(directory, options);
            long bytes = bundle.Stages.SelectMany(stage => stage.Files).Sum(file => file.Length);
            return $"{bundle.Stages.Count} stages, {Size.Of(bytes)}";
        }
        catch (ModelFileException)
        {
            return "damaged, see parley models verify";
        }
    }
}
