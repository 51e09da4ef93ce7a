using MathNet.Numerics.LinearAlgebra;
using Parley.Speakers;

namespace Parley.Tests.Speakers;

public sealed class SymmetricEigenTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(17, 17)]
    [InlineData(90, 16)]
    [InlineData(203, 16)]
    public void Smallest_agrees_with_a_full_decomposition(int n, int count)
    {
        SplitMix64 random = new(n);
        double[,] matrix = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                matrix[i, j] = matrix[j, i] = random.NextDouble() - 0.5;
        }

        Compare(matrix, count);
    }

    [Fact]
    public void Smallest_finds_every_copy_of_equal_eigenvalues()
    {
        // Four separate chains of five: eigenvalue 0 four times, and every other one four times too.
        double[,] laplacian = new double[20, 20];
        for (int i = 0; i < 20; i++)
        {
            if (i % 5 == 4)
                continue;
            laplacian[i, i]++;
            laplacian[i + 1, i + 1]++;
            laplacian[i, i + 1]--;
            laplacian[i + 1, i]--;
        }

        EigenPairs pairs = Compare(laplacian, 10);
        pairs.Values.Take(4).ShouldAllBe(value => Math.Abs(value) < 1e-12);
        pairs.Values[4].ShouldBe(pairs.Values[7], 1e-12);
    }

    [Fact]
    public void Smallest_takes_matrices_of_zeros_and_diagonals()
    {
        Compare(new double[6, 6], 4);
        double[,] diagonal = new double[5, 5];
        for (int i = 0; i < 5; i++)
            diagonal[i, i] = 5 - i;
        Compare(diagonal, 5).Values.ShouldBe([1, 2, 3, 4, 5], 1e-12);
    }

    [Fact]
    public void Smallest_can_be_cancelled()
        => Should.Throw<OperationCanceledException>(() => SymmetricEigen.Smallest(new double[100], 10, 2, new CancellationToken(canceled: true)));

    private static EigenPairs Compare(double[,] matrix, int count)
    {
        int n = matrix.GetLength(0);
        double[] expected = [.. Matrix<double>.Build.DenseOfArray(matrix).Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).Order().Take(count)];
        EigenPairs pairs = SymmetricEigen.Smallest([.. matrix.Cast<double>()], n, count, default);

        pairs.Values.ShouldBe(expected, 1e-11);
        for (int k = 0; k < count; k++)
        {
            ReadOnlySpan<double> vector = pairs.Vectors.AsSpan(k * n, n);
            for (int i = 0; i < n; i++)
            {
                double product = 0;
                for (int j = 0; j < n; j++)
                    product += matrix[i, j] * vector[j];
                product.ShouldBe(pairs.Values[k] * vector[i], 1e-9, $"row {i} of vector {k}");
            }

            for (int other = 0; other <= k; other++)
            {
                double scalar = 0;
                for (int i = 0; i < n; i++)
                    scalar += vector[i] * pairs.Vectors[(other * n) + i];
                scalar.ShouldBe(other == k ? 1 : 0, 1e-9, $"vectors {k} and {other}");
            }
        }

        return pairs;
    }
}
