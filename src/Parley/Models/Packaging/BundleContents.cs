namespace Parley.Models.Packaging;

/// <summary>A file of a bundle and its place in a copy of it.</summary>
/// <param name="Source">Full path.</param>
/// <param name="Name">Relative to the copy, with slashes.</param>
internal sealed record PackedFile(string Source, string Name);

/// <summary>What belongs to a bundle: everything that a copy needs, and nothing else that lies in its folders.</summary>
internal static class BundleContents
{
    /// <summary>Files that stages read later or that people want: other weights, the network for hotwords, word pieces, descriptions, licences.</summary>
    private static readonly string[] Companions =
        ["model.onnx", "model_quant.onnx", "model_eb.onnx", "model_eb_quant.onnx", "seg_dict", "configuration.json", "README.md", "LICENSE", "MODEL_LICENSE"];

    /// <summary>The files, each stage in a directory with the stage's name.</summary>
    public static IReadOnlyList<PackedFile> Of(ModelBundle bundle) =>
    [
        .. from stage in bundle.Stages
           from path in stage.Files.Select(file => file.Path)
               .Concat(Companions.Select(name => Path.Combine(stage.Directory, name)).Where(File.Exists))
               .Distinct(StringComparer.Ordinal)
           select new PackedFile(path, $"{DirectoryOf(stage.Stage)}/{Path.GetFileName(path)}"),
    ];

    /// <summary>The manifest of a copy.</summary>
    public static BundleNotes NotesOf(ModelBundle bundle, string name, IReadOnlyDictionary<string, string> hashes) => new()
    {
        Name = name,
        Description = bundle.Description,
        Licence = bundle.Licence,
        OutOfDomainConfidence = bundle.OutOfDomainConfidence,
        KnownVoiceSimilarity = bundle.KnownVoiceSimilarity,
        Stages = bundle.Stages.ToDictionary(stage => stage.Stage, stage => DirectoryOf(stage.Stage)),
        Sha256 = hashes,
    };

    private static string DirectoryOf(ModelStage stage) => stage.ToString().ToLowerInvariant();
}
