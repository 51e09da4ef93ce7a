using Parley.Inference.Optimized;
using Parley.Models.Onnx;

namespace Parley.Optimization;

/// <summary>A way to rewrite a network.</summary>
/// <param name="Name">What becomes of each place, such as <c>signed weights</c>.</param>
/// <param name="Apply">Marks the changes and returns their number.</param>
internal sealed record Rewrite(string Name, Func<OnnxModel, OnnxEdit, int> Apply)
{
    /// <summary>What may come of it; more than rounding of sums only where the user asks for it.</summary>
    public ParityBounds Bounds { get; init; } = ParityBounds.SameResults;

    /// <summary>All ways that leave results the same.</summary>
    public static IReadOnlyList<Rewrite> All { get; } =
    [
        new("signed weights", static (model, edit) => SignedWeights.Apply(model, edit, ProcessorTraits.SaturatesPairs)),
        new("8-bit LSTM", QuantizedLstm.Apply),
    ];

    /// <summary>The same with weights rounded to 7 bits, where the processor cannot multiply signed ones of 8 bits without saturating.</summary>
    public static IReadOnlyList<Rewrite> WithRounding { get; } = ProcessorTraits.SaturatesPairs
        ? [new("weights rounded to 7 bits", RoundedWeights.Apply) { Bounds = ParityBounds.SameTokens }, .. All.Skip(1)]
        : All;

    /// <summary>What to try with a network, the most promising first: all that apply at once, then each alone; empty when none applies.</summary>
    public static IReadOnlyList<IReadOnlyList<Rewrite>> Plans(OnnxModel model, IReadOnlyList<Rewrite> rewrites)
    {
        Rewrite[] fitting = model.Obstacle is null ? [.. rewrites.Where(rewrite => rewrite.Apply(model, new OnnxEdit(model)) > 0)] : [];
        return fitting.Length switch
        {
            0 => [],
            1 => [fitting],
            _ => [fitting, .. fitting.Select(rewrite => new[] { rewrite })],
        };
    }
}
