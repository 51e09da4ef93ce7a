namespace Parley.Speakers;

/// <summary>LU factors of T - λ with row exchanges, T symmetric tridiagonal. Almost singular on purpose: λ is an eigenvalue.</summary>
internal sealed class TridiagonalFactors
{
    private readonly double[] _pivots, _upper, _second, _multipliers;
    private readonly bool[] _exchanged;

    /// <param name="diagonal">Diagonal of T, shape [n].</param>
    /// <param name="off">off[i] stands between rows i - 1 and i; off[0] is not used.</param>
    /// <param name="shift">λ.</param>
    /// <param name="norm">A norm of T; a pivot of zero becomes its rounding error.</param>
    public TridiagonalFactors(double[] diagonal, double[] off, double shift, double norm)
    {
        int n = diagonal.Length;
        _pivots = new double[n];
        _upper = new double[n];
        _second = new double[n];
        _multipliers = new double[n];
        _exchanged = new bool[n];
        double smallest = Math.Max(norm * 1e-16, 1e-300);

        double pivot = diagonal[0] - shift, next = n > 1 ? off[1] : 0;
        for (int i = 0; i < n - 1; i++)
        {
            double below = off[i + 1], belowDiagonal = diagonal[i + 1] - shift, belowNext = i + 2 < n ? off[i + 2] : 0;
            _exchanged[i] = Math.Abs(below) > Math.Abs(pivot);
            if (_exchanged[i])
            {
                _multipliers[i] = pivot / below;
                (_pivots[i], _upper[i], _second[i]) = (below, belowDiagonal, belowNext);
                (pivot, next) = (next - (_multipliers[i] * belowDiagonal), -_multipliers[i] * belowNext);
            }
            else
            {
                (_pivots[i], _upper[i]) = (Safe(pivot, smallest), next);
                _multipliers[i] = below / _pivots[i];
                (pivot, next) = (belowDiagonal - (_multipliers[i] * next), belowNext);
            }
        }

        _pivots[n - 1] = Safe(pivot, smallest);
    }

    /// <summary>Solves (T - λ) x = b in place.</summary>
    public void Solve(Span<double> vector)
    {
        int n = _pivots.Length;
        for (int i = 0; i < n - 1; i++)
        {
            if (_exchanged[i])
                (vector[i], vector[i + 1]) = (vector[i + 1], vector[i]);
            vector[i + 1] -= _multipliers[i] * vector[i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double value = vector[i];
            if (i + 1 < n)
                value -= _upper[i] * vector[i + 1];
            if (i + 2 < n)
                value -= _second[i] * vector[i + 2];
            vector[i] = value / _pivots[i];
        }
    }

    private static double Safe(double pivot, double smallest) => Math.Abs(pivot) < smallest ? Math.CopySign(smallest, pivot) : pivot;
}
