using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Parley.Inference;

/// <summary>Finds outputs that no later stage can use.</summary>
internal static class OutputCheck
{
    /// <summary>Whether a float output holds a value that is not a number.</summary>
    public static bool HasNotANumber(IEnumerable<OrtValue> outputs)
    {
        foreach (OrtValue value in outputs)
        {
            if (!value.IsTensor || value.GetTensorTypeAndShape().ElementDataType != TensorElementType.Float)
                continue;

            // The sum is not a number when one of the values is not, but also when infinities cancel out: then one looks closer.
            ReadOnlySpan<float> values = value.GetTensorDataAsSpan<float>();
            if (!float.IsNaN(TensorPrimitives.Sum(values)))
                continue;
            foreach (float item in values)
            {
                if (float.IsNaN(item))
                    return true;
            }
        }

        return false;
    }
}
