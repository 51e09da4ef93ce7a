namespace Parley.Models.Onnx;

/// <summary>
/// How the weights of LSTM layers lie for the project's own operator <c>LstmRecurrence</c>: by groups of 8 units, and in a group by gates, in the order of ONNX, 8
/// numbers each. Units that are missing at the end are zero.
/// </summary>
internal static class RecurrentWeights
{
    /// <summary>Units of a group.</summary>
    public const int GroupUnits = 8;

    /// <summary>Input, output, forget, and the new value.</summary>
    public const int Gates = 4;

    /// <summary>Numbers of a group: one for each unit and gate.</summary>
    public const int GroupRows = Gates * GroupUnits;

    /// <summary>Groups of a layer.</summary>
    public static long Groups(long units) => (units + GroupUnits - 1) / GroupUnits;

    /// <summary>Numbers of all directions.</summary>
    public static long Columns(long directions, long units) => directions * Groups(units) * GroupRows;

    /// <summary>Axes of recurrent weights: directions, groups, values of the last step, numbers.</summary>
    public static long[] Shape(long directions, long units) => [directions, Groups(units), Groups(units) * GroupUnits, GroupRows];

    /// <summary>Lays out numbers that rows have one of: [directions, gates * units] becomes [directions, groups * 32].</summary>
    public static float[] PackRows(ReadOnlySpan<float> rows, int directions, int units)
    {
        float[] packed = new float[Columns(directions, units)];
        for (int row = 0; row < rows.Length; row++)
            packed[Place(row, units)] = rows[row];
        return packed;
    }

    /// <summary>Turns weights of inputs over: [directions, gates * units, inputs] becomes [inputs, directions * groups * 32].</summary>
    public static float[] PackInputs(ReadOnlySpan<float> weights, int directions, int units)
    {
        int rows = directions * Gates * units, inputs = weights.Length / rows, columns = (int)Columns(directions, units);
        float[] packed = new float[inputs * columns];
        for (int row = 0; row < rows; row++)
        {
            int place = Place(row, units);
            for (int input = 0; input < inputs; input++)
                packed[(input * columns) + place] = weights[(row * inputs) + input];
        }

        return packed;
    }

    /// <summary>Turns recurrent weights over, as <see cref="Shape"/> says: [directions, gates * units, units] before.</summary>
    public static float[] PackRecurrent(ReadOnlySpan<float> weights, int directions, int units)
    {
        int rows = directions * Gates * units, depth = (int)Groups(units) * GroupUnits;
        float[] packed = new float[Columns(directions, units) * depth];
        for (int row = 0; row < rows; row++)
        {
            (int group, int inGroup) = Math.DivRem(Place(row, units), GroupRows);
            for (int unit = 0; unit < units; unit++)
                packed[(((group * depth) + unit) * GroupRows) + inGroup] = weights[(row * units) + unit];
        }

        return packed;
    }

    private static int Place(int row, int units)
    {
        (int direction, int rest) = Math.DivRem(row, Gates * units);
        (int gate, int unit) = Math.DivRem(rest, units);
        return (((direction * (int)Groups(units)) + (unit / GroupUnits)) * GroupRows) + (gate * GroupUnits) + (unit % GroupUnits);
    }
}
