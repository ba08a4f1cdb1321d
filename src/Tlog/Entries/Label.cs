namespace AtpKeyserver.Tlog;

/// <summary>
/// The label of a chain: the first 32 bytes of the VRF output over <see cref="ChainSubject.LabelInput"/>.
/// </summary>
public static class Label
{
    /// <summary>The label, with the proof that shows it to others.</summary>
    public static (Hash Label, VrfProof Proof) Prove(VrfSecretKey key, ChainSubject subject)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(subject);
        var proof = key.Prove(subject.LabelInput());
        return (new Hash(proof.ToOutput().AsSpan(0, Hash.Size)), proof);
    }

    /// <summary>The label, if the proof is valid for this key and subject.</summary>
    public static bool TryVerify(VrfPublicKey key, ChainSubject subject, VrfProof proof, out Hash label)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(subject);
        var valid = key.TryVerify(subject.LabelInput(), proof, out var output);
        label = valid ? new Hash(output.AsSpan(0, Hash.Size)) : default;
        return valid;
    }
}
