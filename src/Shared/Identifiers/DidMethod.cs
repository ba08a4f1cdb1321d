namespace AtpKeyserver.Identifiers;

/// <summary>The two DID methods of the AT Protocol.</summary>
public enum DidMethod
{
    Plc,
    Web,
}
