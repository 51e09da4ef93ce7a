namespace Parley.Models.Onnx;

/// <summary>Field numbers of onnx.proto that this program reads or writes; it leaves all others as they are.</summary>
/// <remarks>ONNX, Open Neural Network Exchange Intermediate Representation specification.</remarks>
internal static class OnnxSchema
{
    public const int FloatType = 1, UInt8Type = 2, Int8Type = 3, Int32Type = 6, Int64Type = 7;

    internal static class Model
    {
        public const int Format = 1, Graph = 7, OpsetImport = 8, TrainingInfo = 20, Functions = 25;
    }

    internal static class Opset
    {
        public const int Domain = 1, Version = 2;
    }

    internal static class Graph
    {
        public const int Node = 1, Name = 2, Initializer = 5, Input = 11, Output = 12, ValueInfo = 13, QuantizationAnnotation = 14;
    }

    internal static class Value
    {
        public const int Name = 1, Type = 2;
    }

    /// <summary>What a value is; of tensors alone.</summary>
    internal static class ValueType
    {
        public const int Tensor = 1, ElementType = 1, Shape = 2, Axis = 1, AxisLength = 1, AxisName = 2;
    }

    internal static class Node
    {
        public const int Input = 1, Output = 2, Name = 3, Operator = 4, Attribute = 5, Domain = 7;
    }

    internal static class Attribute
    {
        public const int Name = 1, Real = 2, Number = 3, Text = 4, Tensor = 5, Subgraph = 6, Numbers = 8, Subgraphs = 11, Type = 20;

        /// <summary>Values of <see cref="Type"/>.</summary>
        public const int NumberType = 2, NumbersType = 7;
    }

    internal static class Tensor
    {
        public const int Dims = 1, DataType = 2, Name = 8, RawData = 9, ExternalData = 13, DataLocation = 14;
    }

    internal static class Entry
    {
        public const int Key = 1, Value = 2;
    }
}
