namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>A function that the real host would refuse.</summary>
internal sealed class FunctionRefusedException(string reason, Exception? inner = null) : Exception(reason, inner);
