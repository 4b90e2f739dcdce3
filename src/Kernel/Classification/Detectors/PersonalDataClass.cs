namespace DataSpace.Kernel.Classification.Detectors;

// The detectors are compiled into both DataSpace.Kernel and sandbox-worker: what is counted inside the sandbox is what is judged outside.

/// <summary>Classes of personal data and identifiers. The first six are recognised in values, all of them by the column's name.</summary>
public enum PersonalDataClass
{
    /// <summary>Resident ID card, GB 11643: 18 characters, ISO 7064 MOD 11-2.</summary>
    IdCard = 0,

    /// <summary>Mobile number of mainland China.</summary>
    Phone = 1,

    /// <summary>Bank card, ISO/IEC 7812: 13 to 19 digits with Luhn's check digit.</summary>
    BankCard = 2,

    /// <summary>E-mail address.</summary>
    Email = 3,

    /// <summary>Vehicle plate, GA 36: ordinary and new-energy.</summary>
    Plate = 4,

    /// <summary>Unified social credit code, GB 32100: names an organisation, not a person.</summary>
    OrganisationId = 5,

    /// <summary>A person's name.</summary>
    PersonName = 6,

    /// <summary>Home or mail address.</summary>
    Address = 7,

    /// <summary>Date of birth.</summary>
    BirthDate = 8,

    /// <summary>Passport or other travel document.</summary>
    Passport = 9,

    /// <summary>Health.</summary>
    Health = 10,

    /// <summary>Biometrics.</summary>
    Biometric = 11,

    /// <summary>Network or device address.</summary>
    Device = 12,
}

/// <summary>What one value holds: sets of <see cref="PersonalDataClass"/> as bits.</summary>
/// <param name="Matches">Classes found.</param>
/// <param name="Candidates">Classes whose shape was found, check digit or not; contains <paramref name="Matches"/>.</param>
public readonly record struct ScanHits(uint Matches, uint Candidates)
{
    /// <summary>Classes that values are looked through for: <c>0</c> to this, exclusive.</summary>
    public const int ValueClasses = 6;

    /// <summary>True when the class was found.</summary>
    public bool Has(PersonalDataClass type) => (Matches & Bit(type)) != 0;

    /// <summary>The class as bit.</summary>
    public static uint Bit(PersonalDataClass type) => 1u << (int)type;

    /// <summary>Both together.</summary>
    public ScanHits With(PersonalDataClass type, bool matches)
        => new(Matches | (matches ? Bit(type) : 0), Candidates | Bit(type));
}
