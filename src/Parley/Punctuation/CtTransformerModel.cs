using Parley.Inference;
using Parley.Models;

namespace Parley.Punctuation;

/// <summary>The network: token ids in, class numbers out. Safe for concurrent calls.</summary>
/// <remarks>Graph: <c>inputs</c> int32 [B, T], <c>text_lengths</c> int32 [B] to <c>logits</c> float [B, T, classes].</remarks>
internal sealed class CtTransformerModel
{
    private const string Ids = "inputs", Lengths = "text_lengths", Logits = "logits";
    private readonly ModelSession _session;
    private readonly int _classes;

    /// <param name="session">The model.</param>
    /// <param name="classes">Length of its mark list.</param>
    /// <exception cref="ModelFileException">The file has other inputs or outputs.</exception>
    public CtTransformerModel(ModelSession session, int classes)
    {
        session.RequireInput(Ids, TensorType.Int32, -1, -1);
        session.RequireInput(Lengths, TensorType.Int32, -1);
        session.RequireOutput(Logits, TensorType.Float, -1, -1, classes);
        _session = session;
        _classes = classes;
    }

    /// <summary>Runs the network on one text.</summary>
    /// <param name="ids">Token ids, shape [T], T at least 1.</param>
    /// <param name="classes">Receives the best class of each token, shape [T].</param>
    /// <param name="cancellationToken">Ends a run in progress.</param>
    /// <exception cref="InferenceException">The run failed, or gave other than finite numbers of the right shape.</exception>
    public void Classify(Memory<int> ids, Span<int> classes, CancellationToken cancellationToken)
    {
        using ModelOutputs outputs = _session.Run(
            [ModelInput.Of(Ids, ids, 1, ids.Length), ModelInput.Of(Lengths, new[] { ids.Length }, 1)], cancellationToken);
        ReadOnlySpan<float> logits = outputs.Floats(Logits);
        if (logits.Length != ids.Length * _classes)
            throw BadOutput($"expected logits [1, {ids.Length}, {_classes}], got [{string.Join(", ", outputs.Shape(Logits))}]");
        for (int i = 0; i < classes.Length; i++)
            classes[i] = Best(logits.Slice(i * _classes, _classes));
    }

    private int Best(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (float.IsNaN(scores[i]))
                throw BadOutput("a logit is not a number");
            if (scores[i] > scores[best])
                best = i;
        }

        return best;
    }

    private InferenceException BadOutput(string what)
        => new(InferenceFault.BadOutput, _session.ModelPath, _session.Device, $"{_session.ModelPath} on {_session.Device}: {what}. Try another device or model file.");
}
