using Parley.Inference.Kernels;
using Parley.Inference.Optimized;
using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Optimization;

/// <summary>A way to rewrite a network.</summary>
/// <param name="Name">What becomes of each place, such as <c>signed weights</c>.</param>
/// <param name="Apply">Marks the changes, for which it may look inside the running network, and returns their number.</param>
internal sealed record Rewrite(string Name, Func<OnnxModel, OnnxEdit, TensorObserver, int> Apply)
{
    // Pairs of products of bytes are added up in 16 bits, where 255 * 2 * 63 is within them.
    private const int Largest8BitWeight = 127, Largest7BitWeight = 63;
    private const string SmallConvolutions = "8-bit convolutions";

    // Before the lists that hold them: fields get their values in the order of the file.
    private static readonly Rewrite Signed = new("signed weights", static (model, edit) => SignedWeights.Apply(model, edit, ProcessorTraits.SaturatesPairs));
    private static readonly Rewrite SmallLstm = new("8-bit LSTM", QuantizedLstm.Apply);

    // In place of the one above where times must not move, as they do with 8 bits.
    private static readonly Rewrite StretchedLstm = new("LSTM in stretches", static (model, edit) => OwnOperators.AreSupported ? LstmRecurrences.Apply(model, edit) : 0);

    private static readonly Rewrite Upsampled = new("upsamplings as products", UpsamplingProducts.Apply);

    private static readonly Rewrite Memories = new("memories along the frames", static (model, edit) => OwnOperators.AreSupported ? TimeConvolutions.Apply(model, edit) : 0);

    private static readonly Rewrite Attention = new("attentions", static (model, edit) => OwnOperators.AreSupported ? Attentions.Apply(model, edit) : 0);

    // Other last bits: scores move by more than they may unless weights are rounded.
    private static readonly Rewrite Normalized = new("normalisations", static (model, edit) => OwnOperators.AreSupported ? Normalizations.Apply(model, edit) : 0);

    // Where the runtime has instructions for sums of bytes it is at least as fast.
    private static readonly Rewrite Packed = new("packed products", static (model, edit) => ProcessorTraits.SaturatesPairs && OwnOperators.AreSupported ? PackedProducts.Apply(model, edit) : 0);

    // With vectors of twice the length, half the products gain nothing.
    private static readonly Rewrite Planes = new("convolutions over planes", static (model, edit) => OwnOperators.AreSupported && !ProcessorTraits.HasLongVectors ? PlaneConvolutions.Apply(model, edit) : 0)
    {
        OnlyFor = ModelStage.Speakers,
        Suits = static model => Has(model, "Conv"),
    };

    private static readonly Rewrite Sums = new("sums behind products", static (model, edit) => OwnOperators.AreSupported ? ProductSums.Apply(model, edit) : 0) { Suits = static model => ProcessorTraits.SaturatesPairs && Has(model, "MatMulInteger") };

    /// <summary>A way that looks at the file alone.</summary>
    public Rewrite(string name, Func<OnnxModel, OnnxEdit, int> apply)
        : this(name, (model, edit, _) => apply(model, edit))
    {
    }

    /// <summary>All ways that leave results the same, in the order in which they build on one another.</summary>
    public static IReadOnlyList<Rewrite> All { get; } =
    [
        Signed,
        Packed,
        Memories,
        Attention,
        Sums,
        StretchedLstm,
        Upsampled,
        new("single-segment contexts", SingleSegmentContext.Apply) { OnlyFor = ModelStage.Speakers, Suits = static model => Has(model, "AveragePool") },
        new("dense layers", static (model, edit) => ProcessorTraits.SaturatesPairs && OwnOperators.AreSupported ? DenseLayers.Apply(model, edit) : 0) { OnlyFor = ModelStage.Speakers, Suits = static model => Has(model, "AveragePool") },
        new(SmallConvolutions, static (model, edit, observe) => QuantizedConvolutions.Apply(model, edit, observe, ProcessorTraits.SaturatesPairs ? Largest7BitWeight : Largest8BitWeight))
        {
            OnlyFor = ModelStage.Speakers,
            Suits = static model => Has(model, "Conv"),
        },
        Planes,
        new("2-D convolutions", FlatConvolutions.Apply) { OnlyFor = ModelStage.Speakers, Suits = static model => Has(model, "Conv"), InPlaceOf = SmallConvolutions },
    ];

    /// <summary>Ways for a recogniser whose weights may be rounded: matrices to 7 bits, where the processor cannot multiply 8 signed ones without saturating.</summary>
    public static IReadOnlyList<Rewrite> WithRounding { get; } =
    [
        ProcessorTraits.SaturatesPairs ? new("weights rounded to 7 bits", RoundedWeights.Apply) { Bounds = ParityBounds.Rounded } : Signed,
        Packed with { Bounds = ParityBounds.Rounded },
        Memories with { Bounds = ParityBounds.Rounded },
        Attention with { Bounds = ParityBounds.Rounded },
        Upsampled with { Bounds = ParityBounds.Rounded },
        Normalized with { Bounds = ParityBounds.Rounded },
        Sums with { Bounds = ParityBounds.Rounded },
        SmallLstm with { Bounds = ParityBounds.Rounded },
    ];

    /// <summary>What may come of it; more than rounding of sums only where the user asks for it.</summary>
    public ParityBounds Bounds { get; init; } = ParityBounds.SameResults;

    /// <summary>The stage whose networks it is for; null for every stage.</summary>
    public ModelStage? OnlyFor { get; init; }

    /// <summary>Tells by a look at the file as it was delivered whether there may be something to change; null where <see cref="Apply"/> does.</summary>
    public Func<OnnxModel, bool>? Suits { get; init; }

    /// <summary>Name of the way for which it stands in where that is refused; it adds nothing to it.</summary>
    public string? InPlaceOf { get; init; }

    /// <summary>
    /// What to try with a network, the most promising first: all that apply at once, then with those that stand in for others, then all but one, the last one first,
    /// then each alone; empty when none applies.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<Rewrite>> Plans(ModelStage stage, OnnxModel model, IReadOnlyList<Rewrite> rewrites)
    {
        Rewrite[] fitting = model.Obstacle is null ? [.. rewrites.Where(rewrite => rewrite.MayApply(stage, model))] : [];
        Rewrite[] first = [.. fitting.Where(rewrite => !fitting.Any(other => IsSame(other.Name, rewrite.InPlaceOf)))];
        List<Rewrite[]> plans =
        [
            first,
            [.. fitting.Where(rewrite => !fitting.Any(other => IsSame(other.InPlaceOf, rewrite.Name)))],
            .. first.Reverse().Select(left => first.Where(rewrite => rewrite != left).ToArray()),
            .. fitting.Select(rewrite => new[] { rewrite }),
        ];
        return [.. plans.Where((plan, index) => plan.Length > 0 && !plans.Take(index).Any(earlier => earlier.SequenceEqual(plan)))];
    }

    private static bool Has(OnnxModel model, string type) => model.Nodes.Any(node => IsSame(node.Operator, type));

    private static bool IsSame(string? one, string? other) => string.Equals(one, other, StringComparison.Ordinal);

    private static IReadOnlyDictionary<string, ObservedTensor> Nothing(OnnxModel model, IReadOnlyCollection<string> names) => new Dictionary<string, ObservedTensor>(StringComparer.Ordinal);

    private bool MayApply(ModelStage stage, OnnxModel model)
        => (OnlyFor is null || OnlyFor == stage) && (Suits is not null ? Suits(model) : Apply(model, new OnnxEdit(model), Nothing) > 0);
}
