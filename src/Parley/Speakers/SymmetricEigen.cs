using System.Numerics.Tensors;

namespace Parley.Speakers;

/// <summary>The smallest eigenvalues of a symmetric matrix with their vectors.</summary>
/// <param name="Values">Eigenvalues, ascending, shape [count].</param>
/// <param name="Vectors">Eigenvectors of unit length, orthogonal, row-major, shape [count, n].</param>
internal sealed record EigenPairs(double[] Values, double[] Vectors);

/// <summary>
/// Partial eigen decomposition: Householder reduction to tridiagonal form, bisection with Sturm counts for the wanted values, inverse iteration for
/// their vectors. About 4/3 n³ operations and no second matrix; a full decomposition costs about 9 n³. Equal eigenvalues are no difficulty.
/// </summary>
/// <remarks>Golub and Van Loan, "Matrix Computations", sections 8.3.1, 8.4.1 and 8.2.2.</remarks>
internal static class SymmetricEigen
{
    private const int InverseIterations = 4;
    private const double RelativePrecision = 1e-15;

    // Stands in for the norm of a matrix of zeros, whose inverse iteration would overflow.
    private const double SmallestNorm = 1e-100;

    /// <summary>Finds the smallest pairs.</summary>
    /// <param name="matrix">Row-major, shape [n, n]; only the lower triangle is read, and it is overwritten.</param>
    /// <param name="n">Rows.</param>
    /// <param name="count">How many pairs, at most n.</param>
    /// <param name="cancellationToken">Checked for every row.</param>
    public static EigenPairs Smallest(double[] matrix, int n, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(matrix.Length, n * n);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, n);
        double[] diagonal = new double[n], off = new double[n], weights = new double[n];
        Reduce(matrix, n, diagonal, off, weights, cancellationToken);

        double[] values = Bisect(diagonal, off, count, out double norm);
        double[] vectors = new double[count * n];
        SplitMix64 random = new(0);
        for (int k = 0; k < count; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IterateInverse(diagonal, off, values[k], norm, vectors, k, ref random);
        }

        for (int k = 0; k < count; k++)
            Transform(matrix, n, weights, vectors.AsSpan(k * n, n));
        return new EigenPairs(values, vectors);
    }

    /// <summary>
    /// A = Q T Qᵀ. Row i keeps the Householder vector u of its step in its first i places, <paramref name="weights"/>[i] = uᵀu / 2 (0: no step);
    /// <paramref name="off"/>[i] stands between rows i - 1 and i. The update of one step and the product of the next share one pass over the memory.
    /// </summary>
    private static void Reduce(double[] matrix, int n, double[] diagonal, double[] off, double[] weights, CancellationToken cancellationToken)
    {
        double[] previousU = new double[n], previousQ = new double[n], u = new double[n], q = new double[n];
        for (int i = n - 1; i >= 0; i--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<double> row = matrix.AsSpan(i * n, i + 1);
            // The step before, still to be applied to this row.
            Update(row, previousU, previousQ);
            diagonal[i] = row[i];
            if (i == 0)
                break;

            Span<double> x = row[..i];
            double tail = TensorPrimitives.SumOfSquares<double>(x[..(i - 1)]);
            double last = x[i - 1];
            double length = -Math.CopySign(Math.Sqrt(tail + (last * last)), last);
            bool reflect = tail > 1e-280;
            off[i] = reflect ? length : last;
            weights[i] = reflect ? (length * length) - (last * length) : 0;
            if (reflect)
                x[i - 1] = last - length;
            else
                x.Clear();
            x.CopyTo(u);

            Span<double> product = q.AsSpan(0, i);
            product.Clear();
            for (int j = 0; j < i; j++)
            {
                Span<double> lower = matrix.AsSpan(j * n, j + 1);
                Update(lower, previousU, previousQ);
                product[j] += TensorPrimitives.Dot<double>(lower, u.AsSpan(0, j + 1));
                TensorPrimitives.MultiplyAdd(lower[..j], u[j], product[..j], product[..j]);
            }

            if (reflect)
            {
                TensorPrimitives.Divide(product, weights[i], product);
                double half = TensorPrimitives.Dot<double>(u.AsSpan(0, i), product) / (2 * weights[i]);
                TensorPrimitives.MultiplyAdd(u.AsSpan(0, i), -half, product, product);
            }

            (previousU, u) = (u, previousU);
            (previousQ, q) = (q, previousQ);
        }
    }

    // Row j of A -= u qᵀ + q uᵀ, up to the diagonal.
    private static void Update(Span<double> row, double[] u, double[] q)
    {
        int j = row.Length - 1;
        TensorPrimitives.MultiplyAdd(q.AsSpan(0, j + 1), -u[j], row, row);
        TensorPrimitives.MultiplyAdd(u.AsSpan(0, j + 1), -q[j], row, row);
    }

    /// <summary>The smallest eigenvalues of the tridiagonal matrix, each halved into its interval until it is as narrow as the rounding.</summary>
    private static double[] Bisect(double[] diagonal, double[] off, int count, out double norm)
    {
        int n = diagonal.Length;
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (int i = 0; i < n; i++)
        {
            double radius = Math.Abs(off[i]) + (i + 1 < n ? Math.Abs(off[i + 1]) : 0);
            low = Math.Min(low, diagonal[i] - radius);
            high = Math.Max(high, diagonal[i] + radius);
        }

        norm = Math.Max(Math.Max(Math.Abs(low), Math.Abs(high)), SmallestNorm);
        double[] values = new double[count];
        for (int k = 0; k < count; k++)
        {
            double a = low, b = high;
            while (b - a > RelativePrecision * norm)
            {
                double middle = (a + b) / 2;
                if (CountBelow(diagonal, off, middle) > k)
                    b = middle;
                else
                    a = middle;
            }

            values[k] = (a + b) / 2;
            low = a;
        }

        return values;
    }

    // Sturm: as many eigenvalues lie below x as the factorisation of T - x has negative pivots.
    private static int CountBelow(double[] diagonal, double[] off, double x)
    {
        int count = 0;
        double pivot = 1;
        for (int i = 0; i < diagonal.Length; i++)
        {
            pivot = diagonal[i] - x - (i == 0 ? 0 : off[i] * off[i] / pivot);
            if (pivot == 0)
                pivot = 1e-300;
            if (pivot < 0)
                count++;
        }

        return count;
    }

    /// <summary>Row k of <paramref name="vectors"/>: a few steps of (T - λ)⁻¹ from a random start, orthogonal to all rows before.</summary>
    private static void IterateInverse(double[] diagonal, double[] off, double value, double norm, double[] vectors, int k, ref SplitMix64 random)
    {
        int n = diagonal.Length;
        TridiagonalFactors factors = new(diagonal, off, value, norm);
        Span<double> vector = vectors.AsSpan(k * n, n);
        foreach (ref double item in vector)
            item = random.NextDouble() - 0.5;
        for (int iteration = 0; iteration < InverseIterations; iteration++)
        {
            factors.Solve(vector);
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<double>(vector), vector);
            for (int before = 0; before < k; before++)
            {
                ReadOnlySpan<double> other = vectors.AsSpan(before * n, n);
                TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot(vector, other), vector, vector);
            }

            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<double>(vector), vector);
        }
    }

    // Q z: the reflections in the order opposite to that of the reduction.
    private static void Transform(double[] matrix, int n, double[] weights, Span<double> vector)
    {
        for (int i = 1; i < n; i++)
        {
            if (weights[i] == 0)
                continue;
            ReadOnlySpan<double> u = matrix.AsSpan(i * n, i);
            Span<double> part = vector[..i];
            TensorPrimitives.MultiplyAdd(u, -TensorPrimitives.Dot<double>(u, part) / weights[i], part, part);
        }
    }
}
