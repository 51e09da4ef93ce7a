using System.Globalization;
using Parley.Inference;
using Parley.Inference.Optimized;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Optimization;

/// <summary>Writes a network as plans want it. Not safe for concurrent use.</summary>
/// <param name="stage">Its stage.</param>
/// <param name="original">The network.</param>
/// <param name="observe">Looks inside it.</param>
/// <param name="scratch">Where files lie.</param>
internal sealed class RewrittenFile(ModelStage stage, OnnxModel original, TensorObserver observe, ScratchFiles scratch)
{
    private OnnxModel? _base;

    /// <summary>Writes what a plan makes of the network: each rewrite reads what the one before it wrote.</summary>
    /// <param name="plan">The rewrites.</param>
    /// <param name="tell">Told each step.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The file, null when there was nothing to change; and what was changed, in a few words.</returns>
    /// <exception cref="InferenceException">The network, or what was made of it, does not run.</exception>
    /// <exception cref="ModelFileException">The rewritten network would be too large for a file.</exception>
    public (string? File, string Rewritten) Write(IReadOnlyList<Rewrite> plan, Action<string> tell, CancellationToken cancellationToken)
    {
        OnnxModel start = _base ??= Start(tell), current = start;
        List<string> changes = [];
        foreach (Rewrite rewrite in plan)
        {
            OnnxEdit edit = new(current);
            int count = rewrite.Apply(current, edit, observe);
            if (count == 0)
                continue;
            string change = string.Create(CultureInfo.InvariantCulture, $"{count} {rewrite.Name}");
            tell($"writing {change}");
            OnnxModel next = OnnxModel.Read(scratch.Write(edit, cancellationToken));
            if (current != start)
                scratch.Delete(current.Path);
            current = next;
            changes.Add(change);
        }

        return (changes.Count > 0 ? current.Path : null, string.Join(", ", changes));
    }

    // Exports of speaker networks differ most, and are small. Recognisers need it less than they would cost: they are written once, or not at all.
    private OnnxModel Start(Action<string> tell)
    {
        if (stage != ModelStage.Speakers)
            return original;
        tell("simplifying the network");
        string simple = scratch.Add();
        WrittenNetwork.WriteSimplified(original.Path, simple);
        return OnnxModel.Read(simple);
    }
}
