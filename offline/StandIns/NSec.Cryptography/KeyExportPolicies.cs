namespace NSec.Cryptography;

/// <summary>Whether a secret key may leave its <see cref="Key"/>.</summary>
[Flags]
public enum KeyExportPolicies
{
    /// <summary>It may not.</summary>
    None = 0,

    /// <summary>As often as wanted.</summary>
    AllowPlaintextExport = 1,

    /// <summary>Once.</summary>
    AllowPlaintextArchiving = 2,
}
