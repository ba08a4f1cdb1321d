namespace AtpKeyserver.Functions.Xrpc;

/// <summary>A class whose functions serve one method, under its name and its aliases.</summary>
public interface IXrpcEndpoint
{
    public static abstract XrpcMethod Method { get; }
}
