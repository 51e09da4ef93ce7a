using Parley.Models;
using Parley.Server.Jobs;
using Parley.Server.Workers;
using Parley.Server.Workers.Bundles;

namespace Parley.Server.Protocols;

/// <summary>Tells clients at the door whether the models can be given hotwords. Looks at names of files; loads nothing.</summary>
internal static class HotwordOffer
{
    /// <summary>Why a job's hotwords cannot be used, and what can be done; null when they can, or there are none.</summary>
    public static string? Problem(JobOptions options, ServedBundles bundles)
    {
        if (options.Recognition.Hotwords.Count == 0)
            return null;
        try
        {
            PipelineSetup setup = bundles.Setup(options.Bundle, pipelines: 1);
            return HotwordSupport.Problem(
                setup.Bundle, new ModelBundleOptions { SearchFolders = setup.ModelDir is { } folder ? [folder] : [], StageDirectories = setup.StageDirectories });
        }
        catch (ModelFileException)
        {
            return null; // the bundle went this moment: whoever runs the job says so
        }
    }
}
