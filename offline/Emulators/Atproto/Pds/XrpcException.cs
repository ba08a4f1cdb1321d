namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>An error response: <c>{"error": name, "message": …}</c>.</summary>
internal sealed class XrpcException(int status, string error, string message) : Exception(message)
{
    public int Status => status;

    public string Error => error;

    public static XrpcException InvalidRequest(string message) => new(400, "InvalidRequest", message);
}
