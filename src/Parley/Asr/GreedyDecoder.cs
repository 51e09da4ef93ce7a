using System.Buffers;
using System.Numerics.Tensors;

namespace Parley.Asr;

/// <summary>Takes the best class at every place of a sentence.</summary>
internal static class GreedyDecoder
{
    /// <summary>Decodes one sentence.</summary>
    /// <param name="logits">Scores or log-softmax of the network, row-major, shape [places, classes].</param>
    /// <param name="classes">Classes of the vocabulary.</param>
    /// <param name="ids">Receives the best class of each place; the first of equals.</param>
    /// <param name="probabilities">Receives its probability, exp of its log-softmax, in (0, 1].</param>
    /// <returns>False when a score is not a number or not finite; then the results are worthless.</returns>
    public static bool TryDecode(ReadOnlySpan<float> logits, int classes, Span<int> ids, Span<float> probabilities)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, ids.Length * classes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, ids.Length);
        float[] rented = ArrayPool<float>.Shared.Rent(classes);
        try
        {
            Span<float> scratch = rented.AsSpan(0, classes);
            for (int place = 0; place < ids.Length; place++)
            {
                ReadOnlySpan<float> scores = logits.Slice(place * classes, classes);
                int best = TensorPrimitives.IndexOfMax(scores);
                // A score of minus infinity is a class that the model rules out; anything else that is not finite is a fault.
                if (!float.IsFinite(scores[best]))
                    return false;
                TensorPrimitives.Subtract(scores, scores[best], scratch);
                TensorPrimitives.Exp(scratch, scratch);
                ids[place] = best;
                probabilities[place] = 1 / TensorPrimitives.Sum<float>(scratch);
            }

            return true;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
